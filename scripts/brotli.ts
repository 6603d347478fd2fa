/** What fontkit asks of the package `brotli`, by the decompressor that Node has anyway. */
import { brotliDecompressSync } from "node:zlib";

export default (compressed: Uint8Array): Uint8Array => brotliDecompressSync(compressed);
