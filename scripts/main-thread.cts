/** Stands in the bundle for node:worker_threads, of which pino asks one thing. */
module.exports = { isMainThread: true };
