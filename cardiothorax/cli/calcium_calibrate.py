"""``cardiothorax calcium-calibrate``: the mass factor from rods of known density in a scan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ..imaging import Image
    from ..imaging.image import Vector

EPILOG = """\b
Examples:
  cardiothorax calcium-calibrate scan/ --rod 330,302,7 --water 181,302,7 --density 200
  cardiothorax calcium study/ --out results --mass-factor 0.0008012
  A simulated scan to try it on:
    cardiothorax phantom insert --out insert
    cardiothorax calcium-calibrate insert/insert.nrrd \\
        --rod 330,302,7 --water 181,302,7 --density 200

\b
Points are column, row and slice, counted from 0, slices from the feet: what Slicer's
Data Probe shows, unless a file's slices run from the head. HU are means over a
circle of 1.5 cm² (radius 6.9 mm) in that slice, as McCollough et al., Radiology
2007, have it: the middle of a rod of 20 mm is good. A circle that is not even,
since it reaches over the rod's border, is refused.

\b
The factor goes to standard output, everything else to standard error. It holds for
one scanner, tube voltage and kernel, and for patients of a size like the phantom's.

\b
Exit code: 0 done, 2 usage, or the rods cannot be measured.
"""


def point(context: click.Context, parameter: click.Parameter, value: str) -> Vector:
    """``256,300,7`` as three numbers."""
    try:
        column, row, number = (float(part) for part in value.split(","))
    except ValueError as problem:
        raise click.BadParameter("column, row and slice are needed, for example 256,300,7") from problem
    return column, row, number


@click.command("calcium-calibrate", epilog=EPILOG)
@click.argument("image")
@click.option(
    "--rod", required=True, callback=point, metavar="I,J,K", help="In the middle of the calcium rod."
)
@click.option("--water", required=True, callback=point, metavar="I,J,K", help="In the middle of the water.")
@click.option(
    "--density",
    required=True,
    type=click.FloatRange(10, 3000),
    metavar="MG/CM3",
    help="Hydroxyapatite in the rod, 200 in the usual phantom.",
)
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
def calcium_calibrate(image: str, rod: Vector, water: Vector, density: float) -> int:
    """Mass factor of a scanner from IMAGE, a CT with a rod of known calcium density and one of water.

    Give it to 'calcium' and 'calcium-score' as --mass-factor, or to the panel under 'Rules and device'.
    """
    from ..calcium.calibration import calibrate
    from ..imaging import read_ct

    scan = read_ct(image)
    found = calibrate(scan, rod_ijk=rod, water_ijk=water, rod_mg_cm3=density)
    _say(f"{scan.source}: {_in_words(scan)}")
    for note in scan.notes:
        _say(note)
    for name, circle in (("Rod", found.rod), ("Water", found.water)):
        _say(
            f"{name}: {circle.mean_hu:.1f} HU, standard deviation {circle.sd_hu:.1f}; "
            f"parts of the circle differ by {circle.unevenness_hu:.1f} (at most "
            f"{found.unevenness_limit_hu:.0f}): it lies well inside"
        )
    _say("Mass factor, mg per mm³ and HU:")
    click.echo(f"{found.mass_factor:.4g}")
    return 0


def _in_words(scan: Image) -> str:
    voltage, kernel = scan.tags.get("KVP", ""), scan.tags.get("ConvolutionKernel", "")
    parts = [
        f"{len(scan.array)} slices",
        f"{voltage} kVp" if voltage else "tube voltage not known",
        f"kernel {kernel}" if kernel else "",
    ]
    return ", ".join(part for part in parts if part)


def _say(text: str) -> None:
    click.echo(text, err=True)
