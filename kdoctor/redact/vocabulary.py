"""Words that are nobody's own: of makers, systems, folders, and of kdoctor's own sentences."""

from __future__ import annotations


def _words(text: str) -> list[str]:
    return text.split()


#: Words in the names of devices; a word with a digit in it is a model.
BRANDS = frozenset(
    _words("""
nvidia geforce rtx gtx gt tesla quadro titan mx ti super max-q laptop gpu xp x v rtx-a ada generation blackwell hopper workstation
server edition graphics device grace jetson orin nano xavier agx nx tegra thor pcie sxm nvl mig amd radeon instinct pro wx vii rx
hd vega fury r9 firepro mobile series ai max max+ intel arc iris xe uhd flex data center apple google tpu lite gb gddr6 with
corporation inc advanced micro devices [ ] ( ) / - integrated ltd an a of the processor chip chips m pod slice p oem black limited
d xt xtx gre
""")
)

#: Names of folders and files that tell nothing of a person or a project.
PUBLIC = frozenset(
    _words("""
. .. .cache .conda .env .keras .local .pyenv .venv .virtualenvs AppData CUPTI Caches Cellar Computing Current Frameworks GPU
Homebrew INSTALLER Lib Library Linux_x86_64 Local METADATA Microsoft NVIDIA PKG-INFO Program ProgramData Programs Python
Python.framework RECORD Roaming Scripts System Toolkit Users Versions WindowsApps aarch64-linux aarch64-linux-gnu anaconda
anaconda3 app apps arm64 bin boot cache compat compilers conda conda-meta content cublas cuda cuda_cupti cuda_nvcc cuda_nvrtc
cuda_runtime cudnn cufft cupti curand cusolver cusparse cusparselt databricks dev dist dist-packages drivers env envs etc extra
extras framework hip home homebrew hostedtoolcache hpc_sdk include install jax jaxlib kaggle keras keras.json lambda lib lib32
lib64 libcuda.so libcudart.so libdevice libexec libgomp.so libjemalloc.so libnvvp libstdc++.so libtcmalloc.so
libtcmalloc_minimal.so libtpu.so local mamba mambaforge math_libs micromamba micromamba3 miniconda miniconda3 miniforge miniforge3
mnt nccl numpy nvcc nvidia nvjitlink nvshmem nvvm opt pipx pkgs private proc python python-env python.exe python3 python3.exe
pythoncore pythonw.exe rocm root run sbin sbsa-linux share shims site-packages snap src stubs sys targets tensorflow tensorrt
tf_keras tmp toolkit tools torch users usr uv var venv versions virtualenv virtualenvs work workspace wsl x64 x86 x86_64-linux
x86_64-linux-gnu ~
""")
)

#: Shared libraries that people load before others.
LIBRARIES = frozenset(
    _words("""
libtcmalloc libtcmalloc_minimal libjemalloc libcuda libcudart libgomp libstdc++ libtpu libcudnn libomp libgcc_s libc
""")
)

#: Names of backends, past and present, and what people write in their place.
BACKENDS = frozenset(
    _words("""
tensorflow jax torch numpy openvino theano cntk mxnet plaidml plaidml.keras.backend amalgamation tf pytorch tensorflow-gpu
tensorflow2 tf2 tf-keras tf.keras keras mlx cupy onnx flax none default cpu gpu cuda auto tensorflow-cpu
""")
)

#: Values of variables.
VALUES = frozenset(
    _words("""
true false yes no on off all none void nodevfiles compute utility graphics video display ngx compat32 cpu gpu cuda rocm tpu metal
mps meta xla iree_local neuron hpu intel interpreter platform bfc cuda_async cuda_malloc_async default pci_bus_id fastest_first
stdlib local python cpp upb
""")
)

#: Operating systems, machines and containers.
SYSTEMS = frozenset(
    _words("""
linux darwin windows freebsd openbsd netbsd sunos aix cygwin msys emscripten wasi android ios java x86_64 amd64 x86 i386 i486 i586
i686 aarch64 arm64 armv6l armv7l armv8l ppc64le ppc64 s390x riscv64 loongarch64 ia64 wasm32 docker podman lxc kubernetes
containerd apptainer singularity systemd-nspawn flatpak snap wsl container kaggle colab openvz rkt crio garden nspawn other
""")
)

#: The words of kdoctor's own sentences in `chosen`, `unread` and `problem`, and of what operating systems answer.
VOCABULARY = frozenset(
    _words("""
--python .venv a aarch64 access active after all amd an and answer apart apple are as asked at be because before begins belongs
between bits block broken build bus busy but by byte bytes c can cannot card cards char charset check checksum checksums closed
code collect_env column columns commands compute computer conda conda_prefix container contents continuation could cpu cuda cudnn
cut damage damaged data dead decode deep delimiter denied detail device device; devices differs directory disk distribute
distribution distributions do dockerfile document does driver drivers dropped egg-info else's empty end enough entries entry env
environment environment.yml environments error exist expected expecting extra file files first folder folder: folders for found
free freeze from gave google got gpu gpus graphics group had has have header headers here here's hip holds i/o id image in in-use
input input/output inspect install installed installers instead intel interpreter into invalid io is it its itself
jax.print_environment_info jetson json kdoctor kdoctor's kept keras keras.json kernel keys kfd kib lacks larger leaves left lends
levels libraries library limit line lines link links linux list listed listing loaded lock log longer look looked loop lost
machine macs many match matched matches metadata metadata's mib missing mixed module more musl name named names neither nested new
newer no none nor not notebook nothing nouveau now number nvcc nvidia nvidia's nvidia-smi nvml object of off old on one only open
operation or other out own package packages parse passed paste pasted path pci pdm.lock permission permitted piece pieces pins pip
pipfile.lock pkg-info platform poetry.lock points position printed probe process property pylock.toml pyproject.toml python
python3 pytorch quotes reached read readable reason recognized record report requirements requires resource respond row said say
says second seconds see serves setup.cfg setuptools several short show shown shows silent silently site-packages size snapshot so
some source speaks start starting state still string such supported surrogate symbolic symlink system table taken temporarily
tensorflow text tf_env_collect than that the there they this time timed times to today too took tpu traceback transformers tree
truncated type unavailable understood unknown unreadable unsupported unterminated until up user utf-8 uv uv.lock value value:
variables venv version versions virtual virtual_env waits was were what wheel where which whole whose with without written wrong
wsl x86_64 zip
""")
)
