"""The terms of the course: what each is called in Chinese, and what it means, in one plain sentence.

    TERMS ─> notebooks/GLOSSARY.md

A new term is one line here, `name, other names | Chinese name | meaning`; `python tests/order.py` then writes the page.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Term:
    """A term: its names, the first of which is shown, its Chinese name, and its meaning.

    >>> find("codes").chinese, find("no such term")
    ('量化码', None)
    """

    names: tuple[str, ...]
    chinese: str
    meaning: str


TABLE = """
2:4 | 2:4 稀疏 | of each four neighbours in a row of weights, two are zero
activation | 激活值 | a value between two layers; another input gives another value
AdaRound | 自适应舍入 | rounding that learns, for each weight, which of the two neighbours serves the layer
anchor | 锚框 | a box at a fixed place, from which a detector measures the boxes that it finds
architecture | 网络结构 | which layers a network has, how wide they are, and how they are joined
architecture search | 网络结构搜索 | looking for a good architecture with a program
arithmetic intensity, intensity | 计算强度 | operations for each byte that moves between memory and processor
asymmetric | 非对称量化 | a grid whose range may reach further to one side of 0 than to the other
attention | 注意力 | each element of a sequence takes up a mean of all others, weighted by how well they fit
adapter | 适配层 | a layer that translates a student's features to a teacher's, used in training only
attention sink, sink | 注意力汇聚点 | a first token that takes up the weight for which a head has no use
attention transfer | 注意力迁移 | the student learns where in an image the teacher's features are large
average precision | 平均精度 | the area below precision against recall, for the boxes of one class
backbone | 主干网络 | the layers of a detector that make feature maps from the image
bandwidth | 内存带宽 | bytes that move between memory and processor in a second
batch norm | 批归一化 | a layer that brings each channel to mean 0 and spread 1, then scales and shifts it
bias correction | 偏差校正 | moving a bias so that the mean output of a rounded layer is what it was
BiFPN | 加权双向特征金字塔 | feature maps of several sizes that inform each other, up and down
bin | 直方图区间 | one of the narrow ranges into which a histogram sorts values
binary | 二值 | with two values only, such as -1 and 1
bitmask | 位掩码 | one bit for each weight that says whether the weight is stored
box | 边界框 | a rectangle around an object in an image
budget | 预算 | limits for bytes, time, memory and lost accuracy that a file has to keep
budget of bytes | 内存预算 | how many bytes of memory the models of an app may take together
calibration | 校准 | choosing ranges of activations from a few inputs that go through the network
capacity gap | 容量差距 | a teacher so much larger than the student that the student learns less from it
causal | 因果 | of attention: a position sees itself and those before it
centroid | 聚类中心 | the mean of the values that share a place in a codebook
channel | 通道 | one of the maps, or values, that a layer makes side by side
clipping, clipped | 截断 | moving a value that lies outside a range to the end of the range
code | 量化码 | the whole number that is stored for a real one
codebook | 码本 | a short list of values; a weight stores its place in the list
compressed | 压缩后的 | smaller in bytes, or cheaper to compute, than the network that it came from
confounding | 混杂 | two causes change together, so that a comparison cannot tell them apart
control experiment | 对照实验 | the same experiment without the cause that is to be tested
CSR | 压缩稀疏行 | a way to store zeros: for each row, the values that are not 0 and their columns
damping | 阻尼 | a small number on the diagonal of a matrix, so that its inverse stays tame
decode | 解码阶段 | a language model makes one token after another
depth | 深度 | how many layers, or blocks, follow one another
depthwise separable | 深度可分离卷积 | a depthwise convolution, then one of 1 x 1 that mixes the channels
depthwise, depthwise convolution | 逐通道卷积 | a convolution in which each channel sees itself alone
dequantize | 反量化 | turning a code back into the real number that it stands for
detector | 检测器 | a network that says what is in an image, and where
differentiable choice | 可微选择 | a choice between layers as a weighted sum, so that a gradient can choose
distillation, distil, taught | 知识蒸馏 | training a small network, the student, on the answers of a large one
divergence, KL | KL 散度 | how much one distribution tells that another does not: the sum of P log (P / Q)
dominated | 被支配 | at least as bad as another point in every measure, and worse in one
dynamic batching | 动态批处理 | requests that arrive shortly after one another are answered together
dynamic, dynamic quantization, quantize dynamically | 动态量化 | ranges of activations are measured anew for each input
encoder | 编码器 | a transformer that reads a whole sequence at once
energy | 能耗 | what a computation takes from the battery, in joules
equalization | 跨层均衡 | scaling channels of two layers against each other, so that their ranges become alike
estimate, estimated | 估算 | a number that was computed from others and not measured
evolution | 进化搜索 | a search that changes the best candidates a little, again and again
exclusive-or | 异或 | 1 where two bits differ
ExecuTorch | ExecuTorch | PyTorch's runtime for phones
fake quantization | 伪量化 | rounding to a grid and back, in floats, so that training feels the rounding
file | 模型文件 | what leaves the computer: operators and weights, without Python
Fire | Fire 模块 | SqueezeNet's block: few channels first, then 1 x 1 and 3 x 3 side by side
first run | 首次推理 | the first answer of a file that was just opened; it is slower than those that follow
first-order | 一阶 | judged by the gradient
float format, float | 浮点格式 | numbers as sign, exponent and fraction; the steps grow with the numbers
float32 | 单精度浮点数 | a real number in 32 bits: sign, 8 bits of exponent, 23 of fraction
focal loss | 焦点损失 | a loss in which examples that are right already count little
frozen | 冻结 | not changed by training
GPTQ | GPTQ | rounding weights one column after another; those that remain make up for the error
group | 组 | neighbours in a row of weights that share a scale
grouped-query attention, GQA | 分组查询注意力 | several heads that ask share one that keeps keys and values
Hadamard rotation | 哈达玛旋转 | mixing channels by a matrix of 1 and -1, so that no channel stands out
head | 头(检测头、注意力头) | the last layers of a detector; in attention, one of several that look side by side
hint | 特征提示 | a feature of the teacher that the student learns to reproduce
Huffman code | 霍夫曼编码 | short codes for frequent symbols, long ones for rare symbols
hysteresis | 滞回 | two thresholds, so that a value near one of them does not switch all the time
importance | 重要性 | a score by which channels or weights are put in order
integer format | 整数格式 | numbers at equal steps
intersection over union | 交并比 | what two boxes share, over what they cover together
inverted residual | 倒残差 | MobileNetV2's block: wide inside, narrow at both ends, added to its input
journal | 搜索日志 | a file with every candidate that a search has measured
k-means | k 均值 | assign values to the nearest centroid, move centroids to their means, repeat
kernel | 卷积核 | the weights of a convolution that slide over the image
key | 键 | what an element of a sequence offers to be found by
KV cache | 键值缓存 | keys and values of all tokens so far, kept for the next one
KV head | 键值头 | a head that keeps keys and values; one or more heads ask it
latency table | 延迟表 | the measured time of each possible layer, on one device and one runtime
latent, latent weight | 潜在权重 | the float weight behind a rounded one, which training moves
learned clip | 可学习截断 | the end of a range of activations, as a parameter; larger values are cut off
least recently used | 最近最少使用 | what was not used for the longest time is taken out first
level | 特征层 | one of the feature maps of different size in a detector
linear attention | 线性注意力 | attention whose cost grows with the length, not with its square
LiteRT | LiteRT | the runtime for phones that was called TensorFlow Lite
load | 加载 | opening a file in a runtime, before its first answer
logit | logit | the number that a network gives a class, before softmax
lottery ticket | 彩票假设 | a small part of a network that learns as well as the whole, from the same start
LSQ | 可学习步长量化 | a step size that follows the loss, by a gradient that passes through rounding
MAC | 乘加运算 | one multiplication and one addition
mAP@.5, mAP@[.5:.95] | 平均精度均值 | the mean of average precision over classes, at one overlap or at ten
mapped | 内存映射 | a file that the system reads page by page, when a page is used
mask | 掩码 | 0 or 1 for each weight: removed or kept
measures | 度量 | what a number stands for, with its unit and how it was measured
median | 中位数 | the middle one of sorted values
microcontroller | 微控制器 | a computer on one chip, with some hundred kilobytes of memory
model manager | 模型管理器 | the part of an app that loads, keeps and drops models
momentum | 动量 | the share of the past in a moving average
movement pruning | 移动剪枝 | weights that training moves towards 0 are removed
moving average | 滑动平均 | an average in which old values count less with every step
MSE | 均方误差 | the mean of squared errors
multi-query attention | 多查询注意力 | all heads that ask share one that keeps keys and values
mutation | 变异 | a small random change of a candidate in a search
MX, MXFP4 | MX 格式 | a shared power of two for each 32 numbers of a few bits
neighbour | 邻居结构 | a candidate that differs in one choice
non-maximum suppression | 非极大值抑制 | of boxes that overlap, only the one with the best score stays
NVFP4 | NVFP4 | numbers of 4 bits with a shared 8-bit scale for each 16 of them
observer | 观察器 | what watches a value during calibration and keeps a sample of it
online softmax | 在线 softmax | a softmax that goes through its row in blocks and never holds the whole row
ONNX Runtime | ONNX Runtime | a runtime that opens ONNX files on computers and phones
oscillates, oscillation | 振荡 | going to and fro between two codes during training
PACT | 参数化截断激活 | the end of an activation's range is a parameter that follows the loss
Pareto front | 帕累托前沿 | the points that no other point beats in every measure
parity | 一致性 | a file and a network give the same answers to the same input
peak | 峰值算力 | the most operations a second that a processor can do
per channel | 逐通道 | with a scale for each output channel
per tensor | 逐张量 | with one scale for all values
percentile | 百分位数 | the value below which that share of all values lies
perplexity | 困惑度 | 2 to the power of the bits that a model needs for each token
pinned | 常驻内存 | kept in memory, whatever else needs room
points | 百分点 | the difference of two percentages: from 90 % to 88 % are 2 points
popcount | 位计数 | how many bits of a number are 1
position | 位置 | one element of a sequence: a word of a text, or a place of an image
post-training quantization | 训练后量化 | quantization of a trained network, without training it again
power | 功率 | energy for each second, in watts
precision | 精确率 | of the boxes that were found, the share that is right
predictor | 性能预测器 | a model that guesses the accuracy of an architecture
prefill | 预填充 | a language model reads the whole prompt at once
profiler | 性能分析器 | a program that says how long each operator takes
progressive shrinking | 渐进收缩 | training the largest network of a supernet first, then smaller and smaller ones
proxy | 代理指标 | a cheap measurement that stands for one that would take too long, such as a short training
pruning, prune | 剪枝 | removing weights or channels
QDQ, Q, DQ | 量化/反量化节点对 | a layer between dequantizing and quantizing, as files say that it is of integers
quantization, quantize | 量化 | storing real numbers as codes of a few bits
quantization-aware training | 量化感知训练 | training with fake quantization
query | 查询 | what an element of a sequence looks for
random search | 随机搜索 | measuring candidates that were drawn by chance
rank correlation | 秩相关 | how well two lists agree on the order, from -1 to 1
recall | 召回率 | of the objects that are there, the share that was found
regret | 遗憾值 | how far the best found is from the best there is
RepVGG | 重参数化 | a block of three branches that becomes one convolution after training
requantization | 重量化 | moving the sum of a layer to the grid of its output
ridge | 屋脊点 | the intensity from which on the processor, and not the memory, is the limit
roofline | 屋顶线模型 | the most speed that a layer can reach, given its intensity
round | 轮次 | one pass of measurements over all candidates
rounding, rounded | 舍入 | moving a value to the nearest code
rule | 校准规则 | a way to choose a range from the values that were seen
run length | 游程编码 | how many zeros follow, stored in place of the zeros
running maximum | 运行最大值 | the largest score so far
running sum | 运行和 | the sum so far of exponentials, relative to the running maximum
runtime | 推理运行时 | the program that opens a model's file and computes it
sandwich rule | 三明治法则 | each step trains the largest, the smallest and some random networks of a supernet
saturates, saturation | 饱和 | staying at the first or the last code, however large the number is
scale | 缩放因子 | the step between two codes
score | 得分 | a number by which weights, channels or boxes are put in order
search space | 搜索空间 | all architectures that a search may choose
second-order | 二阶 | judged by the curvature of the loss
self-taught | 自训练 | taught by a network that has seen no label beyond those that are there
sensitivity | 敏感度 | what a network loses when one layer alone is compressed
shard | 分片 | one of several files of a model, each with some layers
ShuffleNet unit | 通道混洗单元 | a block that computes half of the channels, and then mixes both halves
sign | 符号 | whether a number is above or below 0
signal-to-quantization-noise ratio | 信号量化噪声比 | energy of the values over energy of the error, in decibels
SparseGPT | SparseGPT | pruning column after column; the weights that remain make up for the error
sparsity | 稀疏度 | the share of weights that are 0
squeeze-and-excite | 压缩与激励 | a block that weights channels by what they hold on average
standard error | 标准误差 | how far a mean would move if all was measured again
static | 静态量化 | ranges of activations are found by calibration, and then stay
stored weight | 存储权重 | the value on the grid to which a latent weight rounds
straight-through | 直通估计 | a gradient passes through rounding as if nothing had been rounded
structured | 结构化剪枝 | removing whole channels, so that the layers become smaller
student | 学生网络 | a smaller network that learns from the answers of a larger one
subnormal | 次正规数 | a float so near to 0 that its exponent is the least there is
successive halving | 逐次减半 | train many a little, keep the better half, train longer, repeat
supernet | 超网络 | one set of weights that holds many networks
symmetric | 对称量化 | a grid with zero point 0 that reaches equally far to both sides
teacher | 教师网络 | a large network from whose answers a smaller one learns
temperature | 温度 | a number that logits are divided by, so that small probabilities can be seen
ternary | 三值 | with three values only, such as -1, 0 and 1
tie | 中点 | a number exactly between two codes
token | 词元 | a word or a piece of a word; here also a pixel that is read in turn
unstructured | 非结构化剪枝 | removing single weights, wherever they are
value | 值 | what an element of a sequence hands on to those that find it
Wanda | Wanda | pruning by the size of a weight times the size of its input
weight | 权重 | a number that training has found
width | 宽度 | how many channels a layer has
window | 窗口 | the recent tokens that attention may look at
zero point | 零点 | the code that stands for the number 0
"""


def _terms() -> tuple[Term, ...]:
    rows = (line.split(" | ") for line in TABLE.strip().splitlines())
    return tuple(Term(tuple(names.split(", ")), chinese, meaning) for names, chinese, meaning in rows)


TERMS = _terms()


def find(words: str) -> Term | None:
    """The term of that name, in any case, in the plural or with an article; None where there is none.

    >>> find("An observer").names, find("Huffman codes").chinese
    (('observer',), '霍夫曼编码')
    """
    plain = re.sub(r"^(a|an|the) ", "", words.strip().lower())
    names = {plain, plain.removesuffix("s"), plain.removesuffix("es")}
    return next((term for term in TERMS if names & {name.lower() for name in term.names}), None)


def page() -> str:
    """All terms as a page in Markdown."""
    rows = [f"| **{term.names[0]}** | {term.chinese} | {term.meaning} |" for term in sorted(TERMS, key=_order)]
    head = "# Glossary\n\nThe terms of the course, in English and in Chinese. `edukit/glossary.py` holds them.\n"
    return "\n".join([head, "| term | 中文 | meaning |", "|---|---|---|", *rows, ""])


def _order(term: Term) -> str:
    return term.names[0].lower()
