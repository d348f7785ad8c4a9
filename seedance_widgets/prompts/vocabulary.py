"""What the menus of the prompt offer: words of camera, sound and shots, each with the whole phrase it inserts. Pure.

The words are those the model's own guide names (upstream); the phrases say where a move starts and where it ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Icon = Literal["", "zoom-in", "zoom-out", "left", "right", "up", "down", "track", "orbit", "hand", "still"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One word of a menu."""

    label: str
    phrase: str
    """A sentence of its own."""
    icon: Icon = ""
    moves: bool = False
    """Whether it moves the camera, which a fixed lens contradicts."""


@dataclass(frozen=True, slots=True)
class Group:
    """A column of a menu."""

    label: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Menu:
    """One menu below the prompt."""

    id: Literal["camera", "sound", "shots"]
    label: str
    groups: tuple[Group, ...]


MENUS: Final = (
    Menu(
        "camera",
        "Camera",
        (
            Group(
                "Move",
                (
                    Entry("Dolly in", "Slow dolly-in, from a wide shot to a close view of the face.", "zoom-in", True),
                    Entry(
                        "Dolly out", "Slow dolly-out, from a close view until the whole place shows.", "zoom-out", True
                    ),
                    Entry("Pan left", "The camera pans left at a walking pace and comes to rest.", "left", True),
                    Entry("Pan right", "The camera pans right at a walking pace and comes to rest.", "right", True),
                    Entry("Tilt up", "The camera tilts up from the ground to the sky.", "up", True),
                    Entry("Track", "Tracking shot beside the subject, at the same speed and distance.", "track", True),
                    Entry("Orbit", "The camera orbits the subject by a quarter turn, always facing it.", "orbit", True),
                    Entry("Rise", "The camera rises from eye level until it looks down on the scene.", "up", True),
                    Entry("Handheld", "Handheld camera with a slight, natural sway.", "hand", True),
                    Entry("Still", "The camera stays still on a tripod.", "still"),
                ),
            ),
            Group(
                "Shot size",
                (
                    Entry("Wide shot", "Wide shot: the subject is small in the whole place."),
                    Entry("Full shot", "Full shot: the subject from head to foot."),
                    Entry("Medium shot", "Medium shot: the subject from the waist up."),
                    Entry("Close-up", "Close-up: the face fills the picture."),
                    Entry("Big close-up", "Extreme close-up: the eyes alone fill the picture."),
                ),
            ),
            Group(
                "Angle",
                (
                    Entry("Eye level", "Seen at eye level."),
                    Entry("Low angle", "Low angle: seen from near the ground, so that the subject towers."),
                    Entry("High angle", "High angle: seen from above, so that the subject looks small."),
                    Entry("Top-down", "Top-down view, from straight above."),
                    Entry("Over the shoulder", "Over the shoulder of one person, with the other in focus."),
                    Entry("Point of view", "Point of view: the scene through the eyes of the subject."),
                ),
            ),
        ),
    ),
    Menu(
        "sound",
        "Sound",
        (
            Group(
                "Around",
                (
                    Entry("Waves", "The sound of low waves on a shore."),
                    Entry("Rain", "The sound of steady rain on leaves."),
                    Entry("Wind", "The sound of wind, rising and falling."),
                    Entry("Birds", "Birdsong from nearby trees."),
                    Entry("City", "The hum of a distant city, with a passing car."),
                    Entry("Crowd", "The murmur of a crowd in a large hall."),
                ),
            ),
            Group(
                "Up close",
                (
                    Entry("Footsteps", "Footsteps on wooden boards, calm and even."),
                    Entry("Fire", "The crackle of a small fire."),
                    Entry("Cloth", "The rustle of a heavy coat with each step."),
                    Entry("Door", "A door creaks open."),
                ),
            ),
            Group(
                "Voice and music",
                (
                    Entry("Speech", 'She says in English, calm and slow: "We made it."'),
                    Entry("Whisper", 'He whispers, close to the microphone: "Do not move."'),
                    Entry("Narrator", 'A narrator says in a warm, low voice: "It began with a storm."'),
                    Entry("Laughter", "Warm laughter of two friends."),
                    Entry("Piano", "A slow, sparse piano melody plays."),
                    Entry("Strings", "Tense music: low strings that swell."),
                    Entry("No music", "No music, only the sounds of the scene."),
                ),
            ),
        ),
    ),
    Menu(
        "shots",
        "Shots",
        (
            Group(
                "Together",
                (
                    Entry("One take", "One continuous take without cuts."),
                    Entry("Two shots", "Shot 1: a wide shot of the place. Shot 2: a close-up of what matters in it."),
                    Entry(
                        "Three shots",
                        "Shot 1: a wide shot of the place. Shot 2: a medium shot of the action. "
                        "Shot 3: a close-up of the reaction.",
                    ),
                ),
            ),
            Group(
                "One by one",
                (
                    Entry("Shot 1", "Shot 1: a wide shot of the place."),
                    Entry("Shot 2", "Shot 2: a medium shot of the action."),
                    Entry("Shot 3", "Shot 3: a close-up of the reaction."),
                ),
            ),
            Group(
                "Cut",
                (
                    Entry("To a detail", "The shot cuts to a close-up of the hands."),
                    Entry("To the other side", "The shot cuts to the opposite side, over the shoulder."),
                    Entry("Match cut", "Match cut to the same shape in another place."),
                    Entry("Later", "The shot cuts to the same place, hours later."),
                ),
            ),
        ),
    ),
)
"""The menus in their order."""
