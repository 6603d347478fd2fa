/**
 * How fastify checks and writes by the schemas. They are read as they stand: compiling them to JavaScript first, as
 * fastify does by default, takes longer than all requests of a quiet device.
 */
import type { TObject, TSchema } from "@sinclair/typebox";
import { Errors } from "@sinclair/typebox/errors";
import type { FastifySchemaCompiler, FastifySerializerCompiler, FastifyServerOptions } from "fastify";
import { escaped } from "../core/text.ts";
import { ApiProblem } from "./problems.ts";

/** As much of JSON Schema as answers are described with. */
interface AnswerSchema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, AnswerSchema>>;
  readonly items?: AnswerSchema;
}

type Components = Readonly<Record<string, AnswerSchema>>;
type Query = Readonly<Record<string, unknown>>;

type Factory = NonNullable<NonNullable<FastifyServerOptions["schemaController"]>["compilersFactory"]>;

/** For fastify's `schemaController`, which is typed for its own compilers alone. */
export const SCHEMA_READERS = {
  buildValidator: () => checker,
  buildSerializer: (components: Components) => writer(components),
} as unknown as Factory;

const checker: FastifySchemaCompiler<TSchema> =
  ({ schema, httpPart = "request" }) =>
  (given) => {
    const value = httpPart === "querystring" ? queryAs(schema as TObject, given) : given;
    const mistake = Errors(schema, value).First();
    if (mistake === undefined) return { value };
    return { error: new ApiProblem("invalid-request", `${httpPart}${mistake.path}: ${mistake.message}`) };
  };

/** A query says everything in text, and leaves out what has a default. */
function queryAs({ properties }: TObject, query: Query): Query {
  const entries = Object.entries(properties).map(([name, { type, default: standard }]) => {
    const given = query[name] ?? standard;
    const isNumber = type === "integer" && typeof given === "string" && /^-?\d+$/.test(given);
    return [name, isNumber ? Number(given) : given];
  });
  return Object.fromEntries(entries);
}

function writer(components: Components): FastifySerializerCompiler<AnswerSchema> {
  /** What the schema names; the rest is not sent. */
  function named(value: unknown, { $ref, properties, items }: AnswerSchema): unknown {
    if ($ref !== undefined) return named(value, components[$ref.replace("#", "")] as AnswerSchema);
    if (items !== undefined) return (value as unknown[]).map((item) => named(item, items));
    if (properties === undefined || value === null) return value;
    const parts = value as Readonly<Record<string, unknown>>;
    return Object.fromEntries(
      Object.entries(properties).map(([name, schema]) => [name, named(parts[name], schema)]),
    );
  }
  return ({ schema }) =>
    (answer) =>
      escaped(JSON.stringify(named(answer, schema)));
}
