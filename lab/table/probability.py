"""The JAX side of tensorflow-probability, which declares no JAX at all. There is no jaxlib before 0.4.17 on the index any more."""

from __future__ import annotations

from lab.row import Row, row

_SAMPLE = """
import jax
import tensorflow_probability.substrates.jax as tfp
normal = tfp.distributions.Normal(0.0, 1.0)
normal.sample(seed=jax.random.PRNGKey(0))
jax.grad(normal.log_prob)(0.5)
"""


def _pair(probability: str, jax: str) -> Row:
    # What NumPy 2 and SciPy 1.13 break in an old jax is another row's affair.
    more = " scipy<1.13 numpy<2 setuptools<80" if jax.startswith("0.4.") else ""
    wanted = f"tensorflow-probability=={probability} jax=={jax} jaxlib=={jax}{more}"
    return row(f"probability{probability}-jax{jax}", "3.11", wanted, tries={"tensorflow-probability": _SAMPLE})


ROWS = (
    _pair("0.19.0", "0.4.30"),
    _pair("0.22.0", "0.4.20"),
    _pair("0.23.0", "0.6.2"),
    _pair("0.24.0", "0.4.26"),
    *(_pair("0.25.0", jax) for jax in ("0.4.20", "0.6.2", "0.7.0", "0.10.2")),
)
