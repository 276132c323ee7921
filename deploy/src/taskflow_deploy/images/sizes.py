"""How large the images are, as a registry would hold and a node would fetch them."""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from taskflow_deploy.images.archive import ImageArchive, Layer
from taskflow_deploy.images.deployed import base_of

_BLOCK = 1 << 20
_LEVEL = 6  # gzip's own default, and the one images are pushed with
_BEGIN = "<!-- made by make image-sizes -->"
_END = "<!-- end of what make image-sizes made -->"


@dataclass(frozen=True)
class Size:
    """Bytes of some layers, as they are and compressed."""

    plain: int = 0
    compressed: int = 0

    def __add__(self, other: "Size") -> "Size":
        """Add both."""
        return Size(self.plain + other.plain, self.compressed + other.compressed)


def measure(image: ImageArchive) -> dict[Layer, Size]:
    """Return the size of each layer."""
    return {layer: _measure(image, layer) for layer in image.layers}


def table(images: Iterable[ImageArchive]) -> str:
    """Return the sizes as a table of Markdown."""
    rows = [
        "| Image | Part | Compressed, MB | Unpacked, MB |",
        "|---|---|--:|--:|",
    ]
    for image in images:
        name, sizes = image.labels["org.opencontainers.image.title"], measure(image)
        own = {layer: size for layer, size in sizes.items() if layer.own}
        base = sum((size for layer, size in sizes.items() if not layer.own), Size())
        rows += [_row(name, _what(layer), size) for layer, size in own.items()]
        without = sum(own.values(), Size())
        rows.append(_row(name, "**all of these: without the base**", without))
        rows.append(_row(name, f"the base: {base_of(image)}", base))
        rows.append(_row(name, "**with the base**", without + base))
    return "\n".join(rows)


def write(document: Path, text: str) -> None:
    """Put a text between the document's marks."""
    before, _, rest = document.read_text(encoding="utf-8").partition(_BEGIN)
    _, found, after = rest.partition(_END)
    if not found:
        raise LookupError(f"{document} has no marks of make image-sizes")
    document.write_text(f"{before}{_BEGIN}\n\n{text}\n\n{_END}{after}", encoding="utf-8")


def _measure(image: ImageArchive, layer: Layer) -> Size:
    packed = zlib.compressobj(_LEVEL, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    plain = compressed = 0
    with image.open(layer) as content:
        while block := content.read(_BLOCK):
            plain += len(block)
            compressed += len(packed.compress(block))
    return Size(plain, compressed + len(packed.flush()))


def _what(layer: Layer) -> str:
    command = layer.made_by.removesuffix(" # buildkit")
    return f"`{command[:24]}…`" if command.startswith("RUN") else f"`{command}`"


def _row(name: str, part: str, size: Size) -> str:
    return f"| {name} | {part} | {size.compressed / 1e6:.2f} | {size.plain / 1e6:.2f} |"
