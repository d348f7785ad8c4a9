"""What a prompt looks and sounds like: place, time of day, weather, subject and framing, read from its words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import numpy as np

Colour = tuple[float, float, float]
"""Red, green, blue, each 0..1 as on a screen."""


def colour(code: str) -> Colour:
    """A colour from its six hexadecimal digits."""
    return int(code[0:2], 16) / 255, int(code[2:4], 16) / 255, int(code[4:6], 16) / 255


def mix(a: Colour, b: Colour, share: float) -> Colour:
    """The colour `share` of the way from one to the other."""
    return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share


def in_bytes(paint: Colour) -> tuple[int, int, int]:
    """A colour as image libraries take it, each part 0..255."""
    red, green, blue = (round(255 * min(1.0, max(0.0, part))) for part in paint)
    return red, green, blue


@dataclass(frozen=True, slots=True)
class Light:
    """A time of day: the sky from zenith to horizon, the sun or moon, and how it colours the ground."""

    zenith: Colour
    middle: Colour
    horizon: Colour
    lamp: Colour
    ambient: Colour
    lamp_height: float
    """Height of the sun or moon above the horizon as a share of the sky."""
    lamp_size: float
    glow: float
    stars: float = 0.0


def _light(codes: str, height: float, size: float, glow: float, stars: float = 0.0) -> Light:
    zenith, middle, horizon, lamp, ambient = (colour(code) for code in codes.split())
    return Light(zenith, middle, horizon, lamp, ambient, height, size, glow, stars)


LIGHTS: Final = {
    "dusk": _light("142c4c 4a6288 f4a662 ffdcA0 6a6488", 0.16, 0.052, 1.0, 0.25),
    "dawn": _light("5d7db4 b3aad2 ffd3ae fff1d6 b4a2ba", 0.2, 0.05, 0.9),
    "golden": _light("7d8cae e9b97e ffdf9c fff0c4 e2b284", 0.24, 0.06, 1.0),
    "noon": _light("2a78c2 74b3e4 dff0f6 fffbe6 eef2f4", 0.78, 0.045, 0.7),
    "night": _light("050a1e 0e1c40 2b4a78 e4ecff 25385f", 0.66, 0.04, 0.6, 1.0),
    "neon": _light("09051a 25104a 8a2478 ff9ad4 33205c", 0.3, 0.0, 0.7),
    "overcast": _light("5c6b78 8e9ba4 c9cfcd f3f3ea 8f989e", 0.5, 0.0, 0.35),
    "storm": _light("232c38 475462 8a9494 dfe6e2 4c565e", 0.5, 0.0, 0.2),
    "deep": _light("8fe6e4 1e93ac 07405c e9ffff 3a90a6", 1.0, 0.0, 1.0),
    "space": _light("03040c 0b0d24 2a1f4c fff4dc 5a5c84", 0.7, 0.03, 0.5, 1.4),
}

GROUNDS: Final = {
    "hills": colour("5d8a52"),
    "mountains": colour("5c6f86"),
    "forest": colour("35664e"),
    "desert": colour("d9964f"),
    "snow": colour("eaf1fa"),
    "sea": colour("2a6a8c"),
    "lake": colour("3a6c80"),
    "city": colour("46526a"),
    "underwater": colour("14586c"),
    "studio": colour("5a4636"),
    "space": colour("3a3a5e"),
}

# First match wins within a table; the words are whole words unless they end in a star.
_PLACES: Final = (
    ("underwater", "underwater coral whale* dolphin* shark* reef jellyfish seabed submarine scuba"),
    ("space", "space galaxy planet* astronaut* asteroid* nebula spaceship spacecraft orbiting station moonscape"),
    ("city", (
        "city cities street* skyline skyscraper* downtown neon alley cyberpunk tokyo york traffic taxi "
        "rooftop* town"
    )),
    ("lake", "lake pond fjord river lagoon angler fishing canoe"),
    ("sea", (
        "sea ocean beach coast* shore harbour harbor pier surf wave waves lighthouse* ship* boat* sail* "
        "island* lagoon surfer"
    )),
    ("desert", "desert dune* sahara caravan camel* canyon mars sand savanna savannah"),
    ("snow", "snow snowy snowfield ice icy arctic glacier tundra winter ski* blizzard penguin*"),
    ("forest", "forest* wood woods jungle pine pines grove tree trees bamboo redwood* fox deer wolf wolves"),
    ("mountains", "mountain* alps peak* summit ridge valley cliff* himalaya* volcano"),
    ("hills", (
        "hill* meadow* field* farm garden park countryside grass grassland vineyard prairie village "
        "balloon* flower*"
    )),
    ("studio", (
        "chef kitchen restaurant cafe bar room studio portrait face hands table interior indoor* close-up "
        "closeup noodle* coffee candle* product perfume watch bottle stage dancer* concert piano guitar* "
        "library office bedroom window"
    )),
)  # fmt: skip
_TIMES: Final = (
    ("neon", "neon cyberpunk synthwave vaporwave"),
    ("storm", "storm* thunder* lightning tempest hurricane"),
    ("night", "night nighttime midnight moon moonlit moonlight stars starry aurora nocturnal"),
    ("dawn", "dawn sunrise morning daybreak"),
    ("dusk", "dusk sunset twilight evening nightfall"),
    ("golden", "golden autumn amber honeyed"),
    ("overcast", "overcast fog foggy cloudy grey gray rain rainy raining drizzle gloomy bleak"),
    ("noon", "noon midday day daylight sunny sunlight summer bright clear"),
)
_WEATHER: Final = (
    ("rain", "rain rainy raining rains drizzle downpour storm thunderstorm"),
    ("snow", "snow snowy snowing snowfall snowflake* blizzard"),
    ("bubbles", "underwater bubbles whale* reef"),
    ("embers", "ember* spark* fire bonfire campfire flames lava candle* forge"),
    ("fireflies", "firefly fireflies magic* fairy glowing"),
    ("leaves", "leaves autumn petals blossom* cherry confetti"),
    ("dust", "dust dusty desert sand pollen hazy"),
)
_SUBJECTS: Final = (
    ("lighthouse", "lighthouse*"),
    ("whale", "whale* shark* dolphin* fish fishes"),
    ("balloon", "balloon balloons"),
    ("boat", "boat* ship ships sailboat* yacht canoe sailing vessel"),
    ("quadruped", "fox foxes dog dogs puppy wolf wolves cat cats kitten deer horse horses lion tiger bear cow sheep"),
    ("car", "car cars taxi truck van bus jeep"),
    ("cabin", "cabin house cottage barn hut temple church castle windmill tower village"),
    ("caravan", "caravan* camel camels"),
    ("person", (
        "person people man woman boy girl child children he she chef dancer* walker keeper hiker* runner* "
        "monk king queen angler astronaut* detective knight robot* figure couple soldier surfer student "
        "teacher cyclist* model hero traveler traveller musician guitarist"
    )),
    ("birds", "bird birds seagull* gull* crow* raven* eagle* owl* flock geese swan*"),
    ("tree", "tree oak"),
)  # fmt: skip
_COLOURS: Final = {
    "red": colour("d8402f"), "orange": colour("ee8434"), "golden": colour("e8b04a"), "yellow": colour("f2cb4c"),
    "green": colour("4fa35a"), "teal": colour("2fa6a0"), "blue": colour("3d7fd0"), "purple": colour("8a55c8"),
    "violet": colour("8a55c8"), "pink": colour("ee6fa0"), "white": colour("f2f2ee"), "black": colour("14161c"),
    "brown": colour("7a5236"), "fox": colour("d9692e"), "foxes": colour("d9692e"),
}  # fmt: skip
_FRAMINGS: Final = (
    (r"extreme close[- ]?up|macro", 2.3),
    (r"close[- ]?up", 1.75),
    (r"medium shot|medium|waist", 1.25),
    (r"wide|establishing|aerial|drone|panorama|vista|landscape|distant", 0.62),
)
_ANGLES: Final = (
    (r"low[- ]angle|from below|worm", 0.76),
    (r"high[- ]angle|aerial|drone|top[- ]down|overhead|bird'?s[- ]eye", 0.4),
)
_GOING: Final = (
    r"walk|run|trot|cross|ride|riding|drive|driving|sail|glide|gliding|swim|flies|fly|gallop|chase|drift|stroll"
    r"|race|racing"
)


@dataclass(frozen=True, slots=True)
class Mood:
    """All that a scene and its sound need to know of the prompt."""

    place: str
    time: str
    weather: str | None
    subjects: tuple[str, ...]
    """At most two, the more particular first."""
    words: frozenset[str]
    subject_colour: Colour | None
    subject_scale: float
    going: bool
    horizon: float
    """Height of the horizon as a share of the frame, from the top."""

    @property
    def light(self) -> Light:
        """The light of its time."""
        return LIGHTS[self.time]


def _first(table: tuple[tuple[str, str], ...], prompt: str) -> str | None:
    return next(iter(_all(table, prompt)), None)


def _all(table: tuple[tuple[str, str], ...], prompt: str) -> tuple[str, ...]:
    found = []
    for name, words in table:
        pattern = "|".join(
            re.escape(word[:-1]) + r"\w*" if word.endswith("*") else re.escape(word) for word in words.split()
        )
        if re.search(rf"\b(?:{pattern})\b", prompt):
            found.append(name)
    return tuple(found)


def read_mood(prompt: str, seed: int) -> Mood:
    """The mood of a prompt. What its words leave open is chosen by `seed`."""
    rng = np.random.default_rng(seed)
    free_place = str(rng.choice(["hills", "mountains", "sea", "lake", "studio"]))
    free_time = str(rng.choice(["dusk", "dawn", "golden", "noon", "night"]))
    text = prompt.lower()
    place = _first(_PLACES, text) or free_place
    time = _first(_TIMES, text) or free_time
    if place == "underwater":
        time = "deep"
    elif place == "space":
        time = "space"
    elif place == "city" and time == "night":
        time = "neon"
    words = re.findall(r"[a-z]+", text)
    return Mood(
        place=place,
        time=time,
        weather=_first(_WEATHER, text),
        subjects=_all(_SUBJECTS, text)[:2],
        words=frozenset(words),
        subject_colour=next((_COLOURS[word] for word in words if word in _COLOURS), None),
        subject_scale=next((scale for pattern, scale in _FRAMINGS if re.search(pattern, text)), 1.0),
        going=re.search(rf"\b(?:{_GOING})", text) is not None,
        horizon=next((height for pattern, height in _ANGLES if re.search(pattern, text)), 0.6)
        + float(rng.uniform(-0.03, 0.03)),
    )  # fmt: skip
