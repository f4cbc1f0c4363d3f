"""Presets, limits by tube voltage, mass factors, and how header and reader's choices lead to them."""

from __future__ import annotations

import doctest
from importlib import import_module
from typing import Any

import pytest

from cardiothorax.calcium.header import monoenergetic_kev
from cardiothorax.calcium.options import CalciumOptions
from cardiothorax.calcium.presets import PRESETS
from cardiothorax.calcium.settings import Settings, settings_for
from cardiothorax.calcium.voltage import Limits, limits_for_kvp
from cardiothorax.errors import UnsupportedImage
from Testing.unit.calcium.drawn import background, ct


def chosen(tags: dict[str, str], **options: Any) -> tuple[Settings, dict[str, str]]:
    """Settings, and by code the evidence of the flags."""
    settings, flags = settings_for(ct(background(), tags=tags), CalciumOptions(**options))
    return settings, {flag.code: flag.evidence for flag in flags}


@pytest.mark.parametrize(
    ("preset", "pixel_mm", "smallest"),
    [
        ("literature", (0.5, 0.5), 4),
        ("literature", (0.3, 0.6), 6),
        ("literature", (0.1, 0.1), 100),
        ("literature", (1.0, 1.0), 1),
        ("literature", (0.7, 0.7), 3),
        ("literature", (2.0, 2.0), 1),
        ("siemens", (0.3, 0.3), 1),
        ("philips", (0.5, 0.5), 2),
        ("philips", (0.3, 0.6), 3),
        ("canon", (0.2, 0.2), 3),
        ("canon", (1.5, 1.5), 3),
    ],
)
def test_smallest_region(preset: str, pixel_mm: tuple[float, float], smallest: int) -> None:
    assert PRESETS[preset].minimum_pixels(*pixel_mm) == smallest


def test_mass_factors_of_the_vendors() -> None:
    factors = {name: Settings(name).factor for name in PRESETS}
    assert factors == {"literature": 0.00089, "siemens": 0.00075, "philips": 0.00079, "canon": 0.00072}
    assert Settings("canon", mass_factor=0.0008).factor == 0.0008


@pytest.mark.parametrize(
    ("kvp", "limits"),
    [
        (120, (130, 200, 300, 400)),
        (120.3, (130, 200, 300, 400)),
        (100, (147, 200, 300, 400)),
        (80, (167, 266, 408, 551)),
        (140, (130, 200, 300, 400)),
    ],
)
def test_limits(kvp: float, limits: tuple[int, ...]) -> None:
    found = limits_for_kvp(kvp)
    assert (found.threshold_hu, *found.weight_limits_hu) == limits


@pytest.mark.parametrize("kvp", [70, 135, 90, 110, 130, 150])
def test_voltages_without_agreed_limits_are_refused(kvp: int) -> None:
    with pytest.raises(UnsupportedImage, match=f"{kvp} kVp"):
        chosen({"KVP": str(kvp)})
    with pytest.raises(UnsupportedImage):
        chosen({"KVP": str(kvp)}, threshold_hu=207)
    own = {"threshold_hu": 207.0, "weight_limits_hu": (318.0, 477.0, 636.0)}
    settings, flags = chosen({"KVP": str(kvp)}, **own)
    assert settings.limits == Limits(207.0, (318.0, 477.0, 636.0))
    assert set(flags) == {"mass_uncalibrated"}


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ((200.0, (200.0, 300.0, 400.0)), "must rise"),
        ((130.0, (200.0, 400.0, 300.0)), "must rise"),
        ((-5.0, (200.0, 300.0, 400.0)), "positive"),
        ((130.0, (200.0, 300.0, float("inf"))), "positive"),
        ((130.0, (200.0, 300.0)), "three numbers"),
    ],
)
def test_impossible_limits(limits: tuple[Any, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Limits(*limits)


def test_120_kvp_says_nothing_of_the_voltage() -> None:
    settings, flags = chosen({"KVP": "120"})
    assert settings.limits == Limits()
    assert set(flags) == {"mass_uncalibrated"}


@pytest.mark.parametrize(
    ("tags", "code", "evidence"),
    [
        ({"KVP": "100"}, "kvp_limits", "threshold 147 HU, weights from 200, 300, 400 HU"),
        ({"KVP": "80.0"}, "kvp_limits", "threshold 167 HU, weights from 266, 408, 551 HU"),
        ({"KVP": "140"}, "high_kvp", "140 kVp, 120 expected"),
        ({}, "kvp_unknown", "KVP is missing"),
        ({"KVP": ""}, "kvp_unknown", "KVP is missing"),
        ({"KVP": "90\\150"}, "kvp_unknown", "KVP 90\\150 is no single voltage"),
    ],
)
def test_flags_of_the_voltage(tags: dict[str, str], code: str, evidence: str) -> None:
    _, flags = chosen(tags)
    assert flags.pop(code) == evidence
    assert set(flags) == {"mass_uncalibrated"}


@pytest.mark.parametrize("kvp", ["70", "80", "100", "120", "140", "150"])
def test_the_kernel_that_looks_like_120(kvp: str) -> None:
    settings, flags = chosen({"KVP": kvp, "ConvolutionKernel": "Sa36f\\3"})
    assert settings.limits == Limits()
    assert ("kvp_limits" in flags) == (kvp != "120")


def test_readers_threshold_keeps_the_weights_of_the_voltage() -> None:
    settings, flags = chosen({"KVP": "80"}, threshold_hu=177)
    assert settings.limits == Limits(177, (266.0, 408.0, 551.0))
    settings, _ = chosen({"KVP": "100"}, weight_limits_hu=(222.0, 334.0, 446.0))
    assert settings.limits == Limits(147.0, (222.0, 334.0, 446.0))
    assert "kvp_limits" in flags


@pytest.mark.parametrize(
    ("tags", "kev"),
    [
        ({"MonoenergeticEnergyEquivalent": "55.0"}, 55.0),
        ({"ImageType": "DERIVED\\PRIMARY\\AXIAL\\VMI"}, 0.0),
        ({"ImageType": "DERIVED\\SECONDARY\\AXIAL\\MONO_70KEV"}, 70.0),
        ({"ImageType": "DERIVED\\PRIMARY\\AXIAL\\CT_SOM5 SPI\\DE\\MONOENERGETIC\\E_040keV"}, 40.0),
        ({"ImageType": "ORIGINAL\\PRIMARY\\AXIAL\\CT_SOM5 SEQ"}, None),
        ({"ImageType": "ORIGINAL\\PRIMARY\\AXIAL\\MONOCHROME"}, None),
        ({}, None),
    ],
)
def test_virtual_monoenergetic_images(tags: dict[str, str], kev: float | None) -> None:
    assert monoenergetic_kev(tags) == kev
    settings, flags = chosen({"KVP": "140", **tags})
    assert ("monoenergetic" in flags) == (kev is not None)
    assert ("high_kvp" in flags) == (kev is None)
    assert settings.limits == Limits()


def test_70_kev_is_close_and_40_is_not() -> None:
    texts = []
    for kev in ("70", "40"):
        image = ct(background(), tags={"MonoenergeticEnergyEquivalent": kev})
        _, flags = settings_for(image, CalciumOptions())
        texts += [flag.text for flag in flags if flag.code == "monoenergetic"]
    assert "close to 120 kVp" in texts[0]
    assert "cannot be compared" in texts[1]


@pytest.mark.parametrize(
    ("tags", "options", "factor", "source"),
    [
        ({}, {}, 0.00089, "preset"),
        ({}, {"preset": "philips"}, 0.00079, "preset"),
        ({"CalciumScoringMassFactorDevice": "0.743\\0.779\\0.812"}, {}, 0.000779, "device"),
        (
            {"CalciumScoringMassFactorDevice": "0.743\\0.779\\0.812"},
            {"preset": "siemens"},
            0.000779,
            "device",
        ),
        ({"CalciumScoringMassFactorDevice": "[0.643, 0.671, 0.698]"}, {}, 0.000671, "device"),
        ({"CalciumScoringMassFactorPatient": "0.00081"}, {}, 0.00081, "patient"),
        (
            {"CalciumScoringMassFactorPatient": "0.81", "CalciumScoringMassFactorDevice": "0.74\\0.78\\0.8"},
            {},
            0.00081,
            "patient",
        ),
        (
            {"CalciumScoringMassFactorPatient": "0.81"},
            {"mass_factor": 0.00077},
            0.00077,
            "user",
        ),
        ({"CalciumScoringMassFactorPatient": "0"}, {}, 0.00089, "preset"),
        ({"CalciumScoringMassFactorPatient": "37"}, {}, 0.00089, "preset"),
        ({"CalciumScoringMassFactorPatient": "none"}, {}, 0.00089, "preset"),
    ],
)
def test_order_of_trust_in_mass_factors(
    tags: dict[str, str], options: dict[str, Any], factor: float, source: str
) -> None:
    settings, flags = chosen({"KVP": "120", **tags}, **options)
    assert settings.factor == pytest.approx(factor, rel=1e-12)
    assert settings.mass_factor_source == source
    assert ("mass_uncalibrated" in flags) == (source == "preset")


@pytest.mark.parametrize(
    "settings",
    [
        Settings(),
        Settings("canon", Limits(167.5, (266.0, 408.0, 551.0)), 8, 0.000815, "device"),
    ],
)
def test_settings_travel_in_the_provenance(settings: Settings) -> None:
    back = Settings.from_options(settings.as_options())
    assert back.as_options() == settings.as_options()
    assert (back.limits, back.factor, back.preset) == (settings.limits, settings.factor, settings.preset)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"preset": "ge"}, "literature, siemens"),
        ({"method": "yes"}, "method"),
        ({"connectivity": 26}, "4 or 8"),
        ({"threshold_hu": 0}, "threshold_hu"),
        ({"mass_factor": -1}, "mass_factor"),
        ({"mass_factor": 0.89}, "0.0002 to 0.002 on every scanner, not 0.89; a factor per cm³"),
        ({"mass_factor": 0.0001}, "mg per mm³"),
        ({"weight_limits_hu": (1.0, 2.0)}, "three numbers"),
    ],
)
def test_impossible_options(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        CalciumOptions(**options)


def test_options_from_plain() -> None:
    plain = {"preset": "canon", "weight_limits_hu": [200, 300, 400], "file": "a.dcm", "threshold_hu": None}
    options = CalciumOptions.from_plain(plain)
    assert options == CalciumOptions(preset="canon", weight_limits_hu=(200.0, 300.0, 400.0))


@pytest.mark.parametrize("words", ["ge", ""])
def test_impossible_settings(words: str) -> None:
    with pytest.raises(ValueError, match="preset"):
        Settings(words)
    with pytest.raises(ValueError, match="4 or 8"):
        Settings(connectivity=6)


@pytest.mark.parametrize("name", ["presets", "categories", "box", "risk"])
def test_examples(name: str) -> None:
    found = doctest.testmod(import_module(f"cardiothorax.calcium.{name}"))
    assert found.attempted > 0
    assert found.failed == 0
