"""What c2cd's start is measured against: a code from Frame.io on the framebuffer, as anybody would write it."""

import sys

import qrcode
import requests
from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 1920, 1080
FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"


def main(base_url, client_id, client_secret, framebuffer):
    response = requests.post(
        base_url + "/v2/auth/device/code",
        data={"client_id": client_id, "client_secret": client_secret, "scope": "asset_create offline"},
        headers={"x-client-version": "1.0.0", "x-client-platypus-enabled": "true"},
        timeout=20,
    )
    response.raise_for_status()
    code = response.json()

    symbol = qrcode.QRCode(box_size=20, border=4)
    symbol.add_data(code["verification_uri_complete"])
    symbol.make()
    picture = symbol.make_image().get_image().convert("RGB")

    screen = Image.new("RGB", (WIDTH, HEIGHT), "white")
    screen.paste(picture, (100, (HEIGHT - picture.height) // 2))
    draw = ImageDraw.Draw(screen)
    draw.text((1000, 380), code["user_code"], fill="black", font=font(160))
    draw.text((1000, 620), code["verification_uri"], fill="black", font=font(40))
    with open(framebuffer, "r+b") as memory:
        memory.write(screen.tobytes("raw", "BGRX"))


def font(size):
    return ImageFont.truetype(FONT, size)


main(*sys.argv[1:])
