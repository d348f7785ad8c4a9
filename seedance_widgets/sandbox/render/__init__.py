"""The sandbox's renderer: a request becomes a real MP4, in a process of its own.

`clip` puts the parts together: `camera` reads the move from the prompt, `picture` films guide images, `scene` paints a
world for a prompt without images, `sound` gives it an audio track, `overlay` writes slate and mark, `encode` makes the
file. Everything is seeded by the request and its take number, so the same take has the same bytes on the same machine.
"""
