"""The pages of `kdoctor explain` for the rules on accelerators."""

from __future__ import annotations

from kdoctor.knowledge.pages import page_of
from kdoctor.model import RuleText

_PAGES = (
    page_of(
        "KD701",
        "TensorFlow is a build for the CPU, and a GPU is here",
        "An NVIDIA GPU is here, and the TensorFlow installed has no CUDA code: a wheel for native Windows after 2.10, for Linux on "
        "aarch64, "
        "the distribution tensorflow before 1.15 or 2.0. tensorflow-cpu, which is taken on purpose, gets a note.",
        "Nothing fails: training runs on the CPU without a word, and the extra and-cuda changes nothing about it.",
        "Use a platform whose wheels have CUDA (Linux on x86_64, WSL2 among it), or a backend of Keras 3 that has a CUDA build here.",
    ),
    page_of(
        "KD702",
        "The CUDA libraries are missing",
        "A CUDA build and an NVIDIA GPU are here, but neither the nvidia wheels nor CUDA and cuDNN of the system.",
        "TensorFlow's wheels do not carry the libraries; they open them by name when they start, and pass over the GPU where one is "
        "missing: Cannot dlopen some GPU libraries. With the wheel of nvcc comes libdevice, which XLA needs to compile a training step: "
        "libdevice not found.",
        "Install them as wheels with the extra: tensorflow[and-cuda] from 2.14 on, jax[cuda12] or jax[cuda13].",
    ),
    page_of(
        "KD703",
        "CUDA is of another generation than the build",
        "The only CUDA known here is a system's toolkit whose libraries the framework cannot load.",
        "The file names carry the major release (up to TensorFlow 2.3 the minor one as well), so libcudart.so.11.0 is nothing to a "
        "build for "
        "CUDA 12. Within one major release any toolkit will do.",
        "Install the libraries as wheels with the extra of the framework, or the toolkit of the right generation beside the other.",
    ),
    page_of(
        "KD704",
        "cuDNN does not fit the build",
        "The cuDNN that would be loaded is of another major release than the framework was built with, or of an older minor one.",
        "cuDNN is checked when it is first used: same major, no older minor release; patches do not matter. Else convolutions fail, or the "
        "GPU is passed over. A wheel goes before the system's copy where the framework finds wheels.",
        "Install the cuDNN wheel that the framework asks for; a newer minor release of the same major is fine.",
    ),
    page_of(
        "KD705",
        "cuDNN has no code for this GPU any more",
        "The cuDNN at hand is of a release that dropped GPUs as old as the one here.",
        "cuDNN 9.11 dropped Maxwell and Pascal, and by 9.24 Volta was gone. TensorFlow from 2.20 on and JAX admit any cuDNN 9, so a fresh "
        "installation takes one that fails: CUDNN_STATUS_EXECUTION_FAILED.",
        "Pin the wheel below the release that dropped the GPU: nvidia-cudnn-cu12<9.11.",
    ),
    page_of(
        "KD706",
        "This cuDNN fails on TensorFlow 2.21's convolutions",
        "TensorFlow 2.21 is here with cuDNN 9.3, 9.4 or 9.5.",
        "Its requirements admit them, but XLA emits fused convolutions that these cannot serve: Autotuner could not find any supported "
        "configs.",
        "Take a newer cuDNN 9; 9.24.0.43 was seen to work.",
    ),
    page_of(
        "KD707",
        "TensorFlow 2.16.1 does not find the CUDA wheels",
        "TensorFlow 2.16.1 is here, with its CUDA libraries as wheels and nothing on the loader's path.",
        "This release lost the way to site-packages/nvidia; 2.15 and 2.17 have it. It says: Cannot dlopen some GPU libraries.",
        "Take 2.17, which asks for the very same wheels, or name each nvidia/*/lib folder in LD_LIBRARY_PATH.",
    ),
    page_of(
        "KD711",
        "The NVIDIA driver is too old",
        "The driver loaded is older than the CUDA of a framework admits.",
        "A driver serves every older CUDA, and from CUDA 11 on the driver of a major's first release serves the whole major. WSL shows the "
        "driver of Windows, which is numbered differently. An older driver refuses the runtime, and training runs on the CPU or stops.",
        "Install a newer driver on the machine itself; no wheel and no container brings one.",
    ),
    page_of(
        "KD712",
        "The two halves of the NVIDIA driver differ",
        "libcuda, the part of the driver that programs load, is of another version than the kernel module.",
        "Both come from one installation and must match; a copy in a container image, a compatibility package or an update without a "
        "restart "
        "breaks that. Compatibility packages with a newer libcuda are served on data-centre GPUs alone.",
        "Remove the copy that does not belong, or restart the machine after an update. In containers the host lends its libcuda.",
    ),
    page_of(
        "KD713",
        "The build has no code for this GPU",
        "The compute capability of a GPU here is outside of what the wheels carry.",
        "A GPU that is too old is passed over. One that is too new may be served by translating PTX; for Blackwell on TensorFlow that "
        "fails, "
        "and torch does not try.",
        "Take a release or a build with code for it; for Blackwell on TensorFlow, NVIDIA's container or another backend of Keras 3.",
    ),
    page_of(
        "KD714",
        "The kernels are translated at the first start",
        "The GPU is newer than the machine code in the wheels, which bring PTX for it.",
        "The driver translates every kernel once and keeps the result. The first start takes long; afterwards all is as usual.",
        "Nothing must be done; a newer TensorFlow starts at once.",
    ),
    page_of(
        "KD721",
        "The variable hides every GPU",
        "CUDA_VISIBLE_DEVICES is empty or -1.",
        "That is how one runs on the CPU on purpose; it is told since it also explains a GPU that is not found.",
        "Unset it to use the GPUs.",
    ),
    page_of(
        "KD722",
        "The variable names a GPU that is not there",
        "CUDA_VISIBLE_DEVICES, in the environment or set by a program, has an index beyond the GPUs of this machine.",
        "Counting starts at 0, and the list ends at the first entry that does not exist: one GPU and the value 1 leave none.",
        "Unset it, or name an index that exists.",
    ),
    page_of(
        "KD723",
        "The loader's path leads to stubs",
        "LD_LIBRARY_PATH has the stubs folder of a CUDA toolkit.",
        "The libcuda in it is empty and serves linking only. Where it is found in place of the driver's, cuInit fails and no GPU is seen.",
        "Take the folder out of the variable.",
    ),
    page_of(
        "KD724",
        "The loader's path leads to an older CUDA",
        "LD_LIBRARY_PATH has a toolkit of the same major release as the wheels, but older.",
        "The variable wins over the wheels' own way to each other, so the new cuSPARSE gets an old libnvJitLink and cannot be loaded.",
        "Take the toolkit out of the variable; the wheels need nothing of it.",
    ),
    page_of(
        "KD731",
        "JAX has no plugin for the GPU",
        "Keras runs on JAX, an NVIDIA GPU is here, and neither jax-cuda12-plugin nor jax-cuda13-plugin is.",
        "The distribution jax is the build for the CPU; it says so in one line of its log and goes on. There is none for Windows.",
        "Install the extra: jax[cuda12] or, with driver 580 or later, jax[cuda13].",
    ),
    page_of(
        "KD732",
        "The CUDA plugin is older than jaxlib",
        "The plugin is of an earlier release than jaxlib.",
        "They are released in step. JAX passes over a plugin of another release with a warning and runs on the CPU.",
        "Install plugin and pjrt in the version of jaxlib.",
    ),
    page_of(
        "KD733",
        "Plugins of two CUDAs are installed",
        "Both jax-cuda12-plugin and jax-cuda13-plugin are here.",
        "Both register as the platform cuda, and their cuDNN and NCCL wheels unpack into the same folders.",
        "Remove one of them, and install the other's nvidia wheels again.",
    ),
    page_of(
        "KD734",
        "JAX_PLATFORMS asks for what cannot start",
        "The variable, or a program, names a platform of which there is no device here, or gpu.",
        "JAX fails on each platform that is named and does not start. gpu stands for cuda and rocm together, and no machine has both.",
        "Name cuda, or nothing at all: JAX takes the best that there is.",
    ),
    page_of(
        "KD735",
        "NCCL is too old for JAX",
        "The NCCL wheel is older than the CUDA plugin of JAX asks for.",
        "The extra and-cuda of TensorFlow up to 2.19 pins every nvidia wheel exactly, which the extra of JAX may not admit.",
        "Take releases of both that admit the same wheels, or give one of them its own environment.",
    ),
    page_of(
        "KD741",
        "tensorflow-metal was made for another TensorFlow",
        "tensorflow-metal and TensorFlow are no pair that Apple released for each other.",
        "The plugin is linked against TensorFlow's inner parts but declares no requirement, so no installer objects. TensorFlow loads "
        "it when "
        "it is imported, and the import dies: Symbol not found. From TensorFlow 2.20 on no release of it loads.",
        "Take the pair of Apple's table, or remove the plugin and run on the CPU.",
    ),
    page_of(
        "KD742",
        "The optimizers want XLA, which Metal does not have",
        "TensorFlow 2.11 is here with tensorflow-metal.",
        "Its new optimizers compile their step with XLA, and the first training step fails: could not find registered platform with id. "
        "Keras 2.12 asks first whether XLA is there.",
        "Take TensorFlow 2.12 with tensorflow-metal 0.8, or the optimizers of tf.keras.optimizers.legacy.",
    ),
    page_of(
        "KD743",
        "jax-metal is too old for this JAX",
        "jax-metal 0.1.1, the last release, is here with a JAX newer than 0.5.0, or 0.0.7 with one newer than 0.4.26.",
        "It speaks an older plugin interface and declares no upper bound; JAX stops: Mismatched PJRT plugin PJRT API version.",
        "Take jax and jaxlib 0.5.0, or remove jax-metal and run on the CPU.",
    ),
    page_of(
        "KD751",
        "tensorflow-rocm was built for another ROCm",
        "The ROCm installed is not the one that tensorflow-rocm was built for.",
        "The fourth number of a release says which (2.14.0.600 is for 6.0), or AMD's list. With another major release, and across 3.5, "
        "which left the HCC compiler, the runtime (libamdhip64, libmcwamp) is not found, and the import fails; with another minor one "
        "AMD promises nothing.",
        "Update both together: take the tensorflow-rocm of this ROCm, from 6.1 on out of AMD's own repository.",
    ),
    page_of(
        "KD752",
        "An AMD GPU and no build for ROCm",
        "The only GPU here is AMD's, and TensorFlow is the build for NVIDIA's CUDA.",
        "It runs on the CPU without a word; tensorflow-gpu up to 1.13 cannot be imported without NVIDIA's driver.",
        "Take tensorflow-rocm in place of tensorflow, if ROCm serves this GPU.",
    ),
    page_of(
        "KD761",
        "libtpu is not the one of this JAX",
        "A TPU is here, and libtpu is older than the extra tpu of this JAX asks for, is ahead of it, or is that of tensorflow-tpu.",
        "JAX is made for one libtpu; an older one does not know what it calls. That of tensorflow-tpu is numbered as TensorFlow is.",
        "Install libtpu in the version of the extra: jax[tpu].",
    ),
    page_of(
        "KD762",
        "libtpu without its library",
        "The libtpu-nightly installed is one that was published without libtpu.so.",
        "jax[tpu] 0.4.14 pins it; the TPU cannot be opened.",
        "Take jax[tpu] 0.4.16 or later.",
    ),
    page_of(
        "KD763",
        "A TPU and no libtpu",
        "A TPU is here, and JAX has no libtpu to reach it by.",
        "JAX then runs on the CPU.",
        "Install the extra: jax[tpu].",
    ),
    page_of(
        "KD764",
        "A TPU and no build for it",
        "A TPU is here, and TensorFlow is the common build, with neither JAX nor torch-xla beside it.",
        "The wheels on the package index know no TPU: No OpKernel was registered to support Op ConfigureDistributedTPU. Images of TPU "
        "machines up to 2.18 may carry a build of the same name that does.",
        "Install tensorflow-tpu in the version of TensorFlow.",
    ),
    page_of(
        "KD771",
        "The processor lacks instructions",
        "A wheel uses instructions that the processor does not have or does not show: AVX for TensorFlow from 1.6 on and for jaxlib, "
        "AVX2 for "
        "TensorFlow 2.4.0.",
        "The import dies with Illegal instruction. Old and small processors lack AVX; virtual machines and Rosetta often hide it. The "
        "notice that "
        "TensorFlow could use more instructions is another thing, and harmless.",
        "Show the host's processor to the virtual machine, or take a build without AVX; 2.4.1 mended 2.4.0.",
    ),
    page_of(
        "KD708",
        "JAX refuses this cuDNN",
        "JAX's CUDA plugin is here with a cuDNN that it will not use: 9.10.0, or one before 9.10.1 with cuBLAS 12.9 and several GPUs.",
        "The plugin checks the libraries when it starts. One that is known to compute wrongly makes it give up CUDA with a "
        "log line, and JAX runs on the CPU.",
        "Install nvidia-cudnn-cu12 9.10.1 or later.",
    ),
    page_of(
        "KD725",
        "The GPU is closed to this user",
        "A GPU is here, and its device files (/dev/nvidiactl, /dev/kfd) cannot be opened by the user who runs kdoctor.",
        "Clusters and containers hand out device files by groups and control groups. A framework opens the same files, is "
        "refused, and runs on the CPU.",
        "Get into the groups render and video for AMD, or ask for a job or container with a GPU.",
    ),
    page_of(
        "KD726",
        "The container lacks the driver's library",
        "NVIDIA_DRIVER_CAPABILITIES is set in this container and names neither compute nor all.",
        "The container toolkit mounts libcuda, which every framework needs, only for compute. nvidia-smi needs utility "
        "alone, so it works and misleads.",
        "Start the container with NVIDIA_DRIVER_CAPABILITIES=compute,utility.",
    ),
    page_of(
        "KD727",
        "The device file /dev/nvidia-uvm is missing",
        "The NVIDIA driver and GPU are here, and the device file for unified memory is not.",
        "CUDA cannot start without it: cuInit gives CUDA_ERROR_UNKNOWN. On a host it is made when the first program asks, by"
        " nvidia-modprobe; in a container nobody makes it.",
        "nvidia-modprobe -u -c 0 on the host, and pass the file to the container.",
    ),
    page_of(
        "KD736",
        "KERAS_TORCH_DEVICE names what is not there",
        "Keras runs on torch, and the variable names a device that this torch was not built for or that this machine does not have.",
        "Keras takes the variable before it asks torch what there is, and puts every tensor there: the first layer fails.",
        "Unset the variable, or install a torch built for the device.",
    ),
)

PAGES: dict[str, RuleText] = {page.code: page for page in _PAGES}
