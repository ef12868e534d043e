"""Every function of the idea files in one place: ``import nnbook.functional as F``.

Each has its ``_backward`` beside it; formulas, shapes and sources stand where the functions are written.
"""

from nnbook.activations import (
    elu,
    elu_backward,
    gelu,
    gelu_backward,
    identity,
    identity_backward,
    leaky_relu,
    leaky_relu_backward,
    relu,
    relu_backward,
    sigmoid,
    sigmoid_backward,
    silu,
    silu_backward,
    softplus,
    softplus_backward,
    step,
    step_backward,
    tanh,
    tanh_backward,
)
from nnbook.attention import (
    additive_attention,
    additive_attention_backward,
    scaled_dot_product_attention,
    scaled_dot_product_attention_backward,
)
from nnbook.conv_transpose import conv_transpose2d, conv_transpose2d_backward
from nnbook.convolution import conv1d, conv1d_backward, conv2d, conv2d_backward
from nnbook.dropout import dropout, dropout_backward, gaussian_noise, gaussian_noise_backward
from nnbook.embedding import embedding, embedding_backward
from nnbook.likelihood import (
    binary_cross_entropy_with_logits,
    binary_cross_entropy_with_logits_backward,
    cross_entropy,
    cross_entropy_backward,
    kl_div,
    kl_div_backward,
    nll_loss,
    nll_loss_backward,
)
from nnbook.linear import linear, linear_backward
from nnbook.losses import (
    hinge_loss,
    hinge_loss_backward,
    huber_loss,
    huber_loss_backward,
    l1_loss,
    l1_loss_backward,
    mse_loss,
    mse_loss_backward,
    multi_margin_loss,
    multi_margin_loss_backward,
)
from nnbook.normalization import (
    batch_norm,
    batch_norm_backward,
    batch_norm_fixed,
    batch_norm_fixed_backward,
    layer_norm,
    layer_norm_backward,
)
from nnbook.pooling import (
    avg_pool2d,
    avg_pool2d_backward,
    global_avg_pool2d,
    global_avg_pool2d_backward,
    max_pool2d,
    max_pool2d_backward,
)
from nnbook.recurrent import (
    gru_cell,
    gru_cell_backward,
    lstm_cell,
    lstm_cell_backward,
    rnn_cell,
    rnn_cell_backward,
)
from nnbook.softmax import log_softmax, log_softmax_backward, softmax, softmax_backward
from nnbook.unrolled import gru, gru_backward, lstm, lstm_backward, rnn, rnn_backward
