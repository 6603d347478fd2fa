/** Stands in the bundle for a package that the code which asks for it never comes to use. */
module.exports = class Absent {};
