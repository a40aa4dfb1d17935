"""
Bytes: pictures, films and sounds, from a stranger's upload to a file that can be shown.

    pipeline.processed(upload, workers)  what services call; yields original, preview, BlurHash, meta
    avatars                              the same for faces, headers and emoji
    store                                where the files stay; serving: the headers they leave with
    kinds                                what a file is, by its first bytes

Decoders meet a stranger's bytes only in child processes (`worker`, ffmpeg) that `confine` has
bounded in memory and time and shut off from network and files. The server itself never imports one.
"""
