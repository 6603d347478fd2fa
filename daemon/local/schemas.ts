/**
 * The wire format of the local API. One set of TypeBox schemas serialises every answer (what a schema does not name
 * is not sent), checks every query and body, and becomes the OpenAPI document.
 */
import type { Static, TSchema } from "@sinclair/typebox";
import * as Type from "@sinclair/typebox";
import { PROBLEM_CODES } from "../contract/problems.ts";
import { BUTTON_PHASES, type Snapshot } from "../contract/snapshot.ts";
import { LIGHTS, STATES } from "../contract/states.ts";
import { LONGEST_MINIMUM_LIFE, MINIMUM_LIFE } from "./token.ts";

const Text = (description: string) => Type.String({ description });
const DateTime = (description: string) => Type.String({ format: "date-time", description });
const Count = (description: string) => Type.Integer({ minimum: 0, description });

/** JSON Schema 2020-12 spells "or null" as a list of types, which the serialiser compiles without a validator. */
function orNull<T extends TSchema & { type: string }>(schema: T) {
  return Type.Unsafe<Static<T> | null>({ ...schema, type: [schema.type, "null"] });
}

function oneOf<const V extends string>(values: readonly V[], description: string) {
  return Type.Unsafe<V>({ type: "string", enum: values, description });
}

const DeviceSchema = Type.Object({
  name: Text("Frame.io's name for this unit, to compare with its pairing dialog; the client_id until known."),
  client_id: Text("What this unit calls itself at Frame.io."),
  model: Text("What the board calls itself."),
  serial: orNull(Text("The board's own serial number; null where it has none.")),
  source: oneOf(["fixed", "board-serial", "machine-id", "generated"], "Where the client_id came from."),
});

const PairingSchema = Type.Object(
  {
    user_code: Text("The digits to type (RFC 8628, user_code)."),
    verification_uri: orNull(Text("Where to type them.")),
    verification_uri_complete: orNull(Text("The same with the code in it: what the QR code holds.")),
    expires_in: Count("Seconds that the code still lives."),
    expires_at: DateTime("When it ends, by the device's clock."),
    attempt: Type.Integer({ minimum: 1, description: "Which code of this offer it is." }),
  },
  { description: "The code on offer; null while there is none." },
);

const ProjectSchema = Type.Object(
  { id: Text("Frame.io's id of the project."), name: Text("Its name.") },
  { description: "Where uploads go; null while unknown." },
);

const AuthorizationSchema = Type.Object(
  {
    expires_at: orNull(DateTime("The end that the user chose at Frame.io; null for none.")),
    access_expires_in: orNull(Count("Seconds that the access token lives; null where no clock can tell.")),
    refreshed_at: orNull(DateTime("Last refresh or pairing; null where the clock was not trusted then.")),
    answered_at: orNull(DateTime("Frame.io's last answer; null where none has come since the start.")),
  },
  { description: "Null while the device holds no authorization." },
);

const HealthProblemSchema = Type.Object({
  code: oneOf(PROBLEM_CODES, "Stable name of the problem."),
  severity: oneOf(
    ["error", "warning", "info"],
    "`error`: the device can't do its job; `warning`: it will become one.",
  ),
  text: Text("What is wrong, one plain sentence."),
  action: Text("What a person can do about it, in plain words."),
  detail: orNull(Text("What the one who maintains the device should know besides; null for nothing.")),
  since: DateTime("Since when, by the device's clock."),
});

const DisplaySchema = Type.Object({
  driver: Text("The display driver in use."),
  device: orNull(Text("Its device node or file.")),
  name: Text("What a person would call the screen."),
  width: orNull(Count("Pixels, or cells on a terminal.")),
  height: orNull(Count("Pixels, or cells on a terminal.")),
  qr_module: orNull(Count("Pixels that one QR module takes on it.")),
  qr_quiet: orNull(Count("Pixels of white around the QR code; four modules where there is room.")),
});

const ButtonSchema = Type.Object(
  {
    phase: oneOf(
      BUTTON_PHASES,
      "`counting`: held, and unpairs when the time is over; `kept`: let go before; `not-revoked`: unpaired, but Frame.io could not be told.",
    ),
    seconds_left: orNull(Count("Seconds until it unpairs; only while counting.")),
  },
  { description: "What the device's button is being used for; null while nobody uses it." },
);

const snapshotProperties = {
  state: oneOf(STATES, "What the device is doing."),
  since: DateTime("When it began to, by the device's clock."),
  light: oneOf(
    LIGHTS,
    "`green`: paired, Frame.io has answered lately, uploads are allowed; `amber`: it goes on by itself, or is paired and something is wrong; `red`: people are needed; `blue`: on its way, or a code waits to be scanned.",
  ),
  device: DeviceSchema,
  pairing: orNull(PairingSchema),
  project: orNull(ProjectSchema),
  authorization: orNull(AuthorizationSchema),
  health: Type.Array(HealthProblemSchema, {
    description: "What is wrong, worst first; empty when all is well.",
  }),
  display: DisplaySchema,
  button: orNull(ButtonSchema),
  has_button: Type.Boolean({ description: "Whether a button is configured that takes a new code." }),
  wrong_time: orNull(
    DateTime("What time the device believes it is, to the minute, while `clock-wrong` is told."),
  ),
  network: Type.Array(
    Type.Object({
      interface: Text("The interface."),
      address: Text("Its IP address."),
      wifi: orNull(Text("Name of its Wi-Fi, while something is wrong with the way to Frame.io.")),
    }),
    { description: "Addresses of this device that can lead somewhere." },
  ),
  page: Type.Array(Type.String(), {
    description: "Where other devices can open the status page; empty where they can't.",
  }),
  firmware: Text("Of the device's firmware, as Frame.io is told."),
  version: Text("Version of c2cd."),
  uptime: Type.Number({ minimum: 0, description: "Seconds since the daemon started." }),
};

/** Answer of `GET /v1/status`, of each event, and of what changes the state. */
export const SnapshotSchema = Type.Object(snapshotProperties, { $id: "Snapshot" });

/** Answer of `POST /v1/unpair`. */
export const UnpairedSchema = Type.Object(
  {
    ...snapshotProperties,
    revoked: Type.Boolean({
      description: "False where Frame.io could not be reached: forgotten here, still listed there.",
    }),
  },
  { $id: "Unpaired" },
);

/** Answer of `GET /v1/token`, in the words of RFC 6749 §5.1. */
export const TokenSchema = Type.Object(
  {
    access_token: Text("For `Authorization: Bearer`."),
    token_type: Type.Literal("bearer"),
    expires_in: Count("Seconds that it still lives."),
  },
  { $id: "Token" },
);

export const TokenQuery = Type.Object({
  minimum_life: Type.Integer({
    minimum: 0,
    maximum: LONGEST_MINIMUM_LIFE,
    default: MINIMUM_LIFE,
    description:
      "Seconds that the token must still live; a shorter one is refreshed first, or given out as it is while the storage takes no writes.",
  }),
});

/** Body of `POST /v1/token/refused`. */
export const RefusedBody = Type.Object({
  access_token: Type.String({
    minLength: 1,
    maxLength: 4096,
    description: "The token that Frame.io refused.",
  }),
});

/** Answer of `GET /v1/history`. */
export const HistorySchema = Type.Object(
  {
    entries: Type.Array(
      Type.Object({
        at: DateTime("By the device's clock."),
        event: Text("What happened."),
        detail: Text("More about it; may be empty."),
      }),
      { description: "Newest first." },
    ),
  },
  { $id: "History" },
);

export const HistoryQuery = Type.Object({
  limit: Type.Integer({ minimum: 1, maximum: 200, default: 50, description: "Entries at most." }),
});

/** Answer of `GET /healthz`. */
export const AliveSchema = Type.Object(
  { status: Type.Literal("ok"), state: oneOf(STATES, "What the device is doing.") },
  { $id: "Alive" },
);

export const QrQuery = Type.Object({
  scale: Type.Integer({
    minimum: 1,
    maximum: 32,
    default: 8,
    description: "Pixels that one module takes.",
  }),
});

/** Answer of `GET /v1/demo`. */
export const DemosSchema = Type.Object(
  { screens: Type.Array(Type.String(), { description: "By name: states, problems, and their variants." }) },
  { $id: "Demos" },
);

export const DemoQuery = Type.Object({
  screen: Type.String({ minLength: 1, maxLength: 64, description: "One of the names of `GET /v1/demo`." }),
});

/** Answer of `GET /v1/pin`. */
export const PinSchema = Type.Object(
  { pin: Text("Six digits, as they are typed on the page.") },
  { $id: "Pin" },
);

export const PageQuery = Type.Object({
  lang: Type.Optional(Type.String({ maxLength: 35 })),
  confirm: Type.Optional(Type.String({ maxLength: 16 })),
  notice: Type.Optional(Type.String({ maxLength: 16 })),
});

/** Every error answer: RFC 9457 problem details. */
export const ProblemSchema = Type.Object(
  {
    type: Type.String({ description: "Stable name, `urn:c2cd:problem:…`; compare this and nothing else." }),
    title: Text("The kind of problem."),
    status: Type.Integer({ description: "The HTTP status again." }),
    detail: Text("What happened and what to do."),
    state: Type.Optional(oneOf(STATES, "The daemon's state, where it is the reason.")),
  },
  { $id: "Problem" },
);

/** What OpenAPI calls components. */
export const COMPONENTS = [
  SnapshotSchema,
  UnpairedSchema,
  TokenSchema,
  HistorySchema,
  DemosSchema,
  PinSchema,
  AliveSchema,
  ProblemSchema,
] as const;

type DeepMutable<T> = T extends object ? { -readonly [K in keyof T]: DeepMutable<T[K]> } : T;
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Does not compile when the schema and the type that the other rooms fill in drift apart. */
export const SCHEMA_IS_SNAPSHOT: Same<
  DeepMutable<Static<typeof SnapshotSchema>>,
  DeepMutable<Snapshot>
> = true;
