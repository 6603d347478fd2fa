import type { Picture, Rotation } from "./picture.ts";

/** The picture turned clockwise by `rotation` degrees; itself where that is 0. */
export function rotate(picture: Picture, rotation: Rotation): Picture {
  const { width, height, pixels, palette } = picture;
  if (rotation === 0) return picture;
  const turned = new Uint8Array(pixels.length);
  if (rotation === 180) {
    turned.set(pixels);
    turned.reverse();
    return { width, height, pixels: turned, palette };
  }
  // A source row becomes a column: from the top down for 90 degrees, from the bottom up for 270.
  const step = rotation === 90 ? height : -height;
  let source = 0;
  for (let y = 0; y < height; y++) {
    let target = rotation === 90 ? height - 1 - y : (width - 1) * height + y;
    for (let x = 0; x < width; x++) {
      turned[target] = pixels[source++] as number;
      target += step;
    }
  }
  return { width: height, height: width, pixels: turned, palette };
}
