"""As much of DER as it takes to make certificates that no library would make."""


def element(tag, content):
    size = len(content)
    if size < 0x80:
        head = bytes([size])
    else:
        digits = size.to_bytes((size.bit_length() + 7) // 8, "big")
        head = bytes([0x80 | len(digits)]) + digits
    return bytes([tag]) + head + content


def sequence(*parts):
    return element(0x30, b"".join(parts))


def split(content):
    """The elements of which `content` is made, each whole."""
    found = []
    while content:
        size, start = content[1], 2
        if size >= 0x80:
            start += size & 0x7F
            size = int.from_bytes(content[2:start], "big")
        found.append(content[:start + size])
        content = content[start + size:]
    return found


def inside(whole):
    """The content of one element."""
    start = 2 + (whole[1] & 0x7F if whole[1] >= 0x80 else 0)
    return whole[start:]
