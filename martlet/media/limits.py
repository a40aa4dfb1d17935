"""How much of everything one upload may cost."""

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """
    Bounds on what comes in, what goes out, and what may be spent between.

    Pixels are width × height; memory is address space of the one child process.
    """

    picture_bytes: int = 16 * MIB
    recording_bytes: int = 99 * MIB

    # Coming in, known before anything is decoded.
    decode_pixels: int = 1 << 26  # 67 million: what a 64-megapixel phone takes
    animation_frames: int = 1_000
    animation_pixels: int = 1 << 28  # of all frames together
    video_pixels: int = 4096 * 2304
    video_rate: int = 240  # frames a second: slow motion
    video_seconds: int = 30 * 60
    sound_seconds: int = 4 * 60 * 60
    loop_seconds: int = 30  # a silent film up to here is shown like a GIF: by itself, again and again

    # Going out.
    picture_pixels: int = 3840 * 2160
    picture_side: int = 8192  # generous, so that a long screenshot stays readable
    preview_pixels: int = 640 * 360
    kept_animation_pixels: int = 48_000_000  # of all frames together
    png_bytes: int = 4 * MIB  # a heavier PNG is a photograph, and goes out as JPEG or WebP
    shown_video_pixels: int = 1920 * 1080
    shown_video_rate: int = 60
    shown_video_bits: int = 4_000_000  # a second

    # Between.
    picture_memory: int = 1024 * MIB
    picture_seconds: int = 60
    page_seconds: int = 2
    page_patience: int = 30  # a worker may have to be started, on a busy machine
    recording_memory: int = 2048 * MIB
    probe_seconds: int = 20
    recording_seconds: int = 30 * 60
