"""A free stand-in for the service: the same HTTP contract, real MP4 files, and faults on demand.

Runs alone (`python -m seedance_widgets.sandbox`) or as a child of the product (`SandboxProcess`). Importing this
package loads neither the server nor the renderer, so it costs nothing where the extra is not installed.
"""

from .control import Control, faults
from .process import SandboxProcess, SandboxUnavailable

__all__ = ["Control", "SandboxProcess", "SandboxUnavailable", "faults"]
