#!/usr/bin/env python3
"""flame.py OUT.svg [TITLE] < `perf script` output: where the time went, as a picture: width is samples, callers below.

Only what perf prints by default is read: a head line of the sample, then one frame a line ("address name (object)"), innermost
first, then an empty line. Frames narrower than 0.1 % are left out; each box says its share when it is pointed at.
"""
import html
import sys
import zlib

WIDTH, ROW, LEAST = 1600, 17, 0.001


def stacks(lines):
    """One list of names a sample, outermost first."""
    frames = []
    for line in lines:
        words = line.split()
        if not words:
            if frames:
                yield frames[::-1]
            frames = []
        elif line[0].isspace():
            name = words[1].split("+")[0] if len(words) > 1 else "?"
            if name == "[unknown]":
                name = "[" + words[-1].strip("()").rsplit("/", 1)[-1] + "]"
            if not frames or frames[-1] != name:
                frames.append(name)
    if frames:
        yield frames[::-1]


def tree(samples):
    root = [0, {}]
    for frames in samples:
        root[0] += 1
        node = root
        for name in frames:
            node = node[1].setdefault(name, [0, {}])
            node[0] += 1
    return root


def boxes(name, node, x, depth, scale, out):
    """Depth first; gives back the deepest row."""
    deepest = depth
    out.append((name, node[0], x, depth))
    for child, below in sorted(node[1].items()):
        if below[0] * scale >= LEAST * WIDTH:
            deepest = max(deepest, boxes(child, below, x, depth + 1, scale, out))
        x += below[0] * scale
    return deepest


def svg(root, title):
    out = []
    scale = WIDTH / max(1, root[0])
    deepest = boxes(title, root, 0, 0, scale, out)
    height = (deepest + 1) * ROW
    yield f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" font-family="monospace" font-size="11">'
    for name, n, x, depth in out:
        width = n * scale
        hue = zlib.crc32(name.encode()) % 60
        text = html.escape(name)
        share = f"{100 * n / max(1, root[0]):.1f} %"
        y = height - (depth + 1) * ROW
        yield f'<g><title>{text}: {n} samples, {share}</title><rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{ROW - 1}" fill="hsl({hue},75%,65%)"/>'
        if width > 40:
            yield f'<text x="{x + 2:.1f}" y="{y + 12}">{html.escape(name[:int(width / 7)])}</text>'
        yield "</g>"
    yield "</svg>"


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    root = tree(stacks(sys.stdin))
    if root[0] == 0:
        sys.exit("flame.py: no samples on the input; give it what `perf script` prints")
    with open(sys.argv[1], "w", encoding="utf-8") as f:
        f.write("\n".join(svg(root, sys.argv[2] if len(sys.argv) > 2 else "all")) + "\n")


if __name__ == "__main__":
    main()
