"""What sched.h declares, as ctypes sees it. Printed by Bindings/generate.py."""

import enum
from ctypes import (
    Structure,
    Union,
    c_char_p,
    c_double,
    c_int,
    c_int32,
    c_int64,
    c_size_t,
    c_uint8,
    c_uint16,
    c_uint64,
    c_void_p,
)
from typing import Any

SCHED_VERSION = "0.1.0"
SCHED_ABI_VERSION = 0
SCHED_MAX_STEP = 9007199254740992
SCHED_LBFGS_DEFAULTS = {1, 1e-7, 1e-9, 20, 25, 100, 0}


class sched_status(enum.IntEnum):
    SCHED_OK = 0
    SCHED_E_NULL = 1
    SCHED_E_MEMORY = 2
    SCHED_E_SPACE = 3
    SCHED_E_ENUM = 4
    SCHED_E_KIND = 10
    SCHED_E_FIELD = 11
    SCHED_E_VALUE = 12
    SCHED_E_MISSING = 13
    SCHED_E_TYPE = 14
    SCHED_E_TWICE = 15
    SCHED_E_SYNTAX = 20
    SCHED_E_DEPTH = 21
    SCHED_E_STATE = 22
    SCHED_E_RANGE = 30
    SCHED_E_END = 31
    SCHED_E_OVERLAP = 40
    SCHED_E_ISA = 41
    SCHED_E_FUNCTION = 50


class sched_type(enum.IntEnum):
    SCHED_REAL = 1
    SCHED_INTEGER = 2
    SCHED_FLAG = 3
    SCHED_TEXT = 4
    SCHED_REALS = 5
    SCHED_INTEGERS = 6
    SCHED_SCHEDULES = 7
    SCHED_FUNCTION = 8


class sched_curve(enum.IntEnum):
    SCHED_COS = 1
    SCHED_LINEAR = 2
    SCHED_DAMPED = 3
    SCHED_AVERAGE_COS = 4
    SCHED_AVERAGE_LINEAR = 5


class sched_form(enum.IntEnum):
    SCHED_CLOSED = 1
    SCHED_CHAINED = 2


class sched_policy(enum.IntEnum):
    SCHED_POLICY_ERROR = 1
    SCHED_POLICY_KEEP = 2
    SCHED_POLICY_RESTORE = 3


class sched_mode(enum.IntEnum):
    SCHED_MIN = 1
    SCHED_MAX = 2


class sched_verdict(enum.IntEnum):
    SCHED_IMPROVED = 1
    SCHED_WAITING = 2
    SCHED_STOP = 3


class sched_reason(enum.IntEnum):
    SCHED_R_NONE = 0
    SCHED_R_IMPROVED = 1
    SCHED_R_PATIENCE_LEFT = 2
    SCHED_R_EARLY = 3
    SCHED_R_IGNORED = 4
    SCHED_R_HELD = 5
    SCHED_R_REDUCTIONS_LEFT = 6
    SCHED_R_PATIENCE = 7
    SCHED_R_NOT_FINITE = 8
    SCHED_R_STOPPING_THRESHOLD = 9
    SCHED_R_DIVERGENCE_THRESHOLD = 10
    SCHED_R_DEADLINE = 11
    SCHED_R_BUDGET = 12
    SCHED_R_GENERALIZATION = 13
    SCHED_R_SLOPE = 14


class sched_dtype(enum.IntEnum):
    SCHED_SAME = 0
    SCHED_F32 = 1
    SCHED_F64 = 2
    SCHED_BF16 = 3
    SCHED_F16 = 4
    SCHED_Q8 = 5
    SCHED_UQ8 = 6


class sched_rounding(enum.IntEnum):
    SCHED_NEAREST = 0
    SCHED_STOCHASTIC = 1
    SCHED_KAHAN = 2


class sched_optimizer(enum.IntEnum):
    SCHED_SGD = 1
    SCHED_ADAMW = 2
    SCHED_ADAM = 3
    SCHED_ADAGRAD = 4
    SCHED_ADADELTA = 5
    SCHED_RMSPROP = 6
    SCHED_ADAMAX = 7
    SCHED_NADAM = 8
    SCHED_RADAM = 9
    SCHED_ASGD = 10
    SCHED_RPROP = 11
    SCHED_LION = 12
    SCHED_ADAN = 13
    SCHED_ADEMAMIX = 14
    SCHED_SOPHIA = 15
    SCHED_AVERAGE = 16
    SCHED_SCHEDULE_FREE_SGD = 17
    SCHED_SCHEDULE_FREE_ADAMW = 18
    SCHED_SPARSE_ADAM = 19
    SCHED_LAMB = 20
    SCHED_LARS = 21
    SCHED_ADAFACTOR = 22
    SCHED_MUON = 23


class sched_function(Structure):
    _fields_ = [
        ("call", c_void_p),
        ("context", c_void_p),
        ("release", c_void_p),
    ]


class sched_field_value(Union):
    _fields_ = [
        ("real", c_double),
        ("integer", c_int64),
        ("flag", c_int32),
        ("text", c_char_p),
        ("reals", c_void_p),
        ("integers", c_void_p),
        ("schedules", c_void_p),
        ("function", c_void_p),
    ]


class sched_field(Structure):
    _fields_ = [
        ("name", c_char_p),
        ("type", c_int),
        ("count", c_size_t),
        ("value", sched_field_value),
    ]


class sched_groups(Structure):
    _fields_ = [
        ("schedule", c_void_p),
        ("step", c_int64),
        ("count", c_size_t),
        ("bases", c_void_p),
        ("currents", c_void_p),
        ("rates", c_void_p),
    ]


class sched_ways(Structure):
    _fields_ = [
        ("curve", c_int),
        ("fraction", c_double),
        ("before", c_double),
        ("gamma", c_double),
        ("power", c_double),
        ("count", c_size_t),
        ("starts", c_void_p),
        ("ends", c_void_p),
        ("values", c_void_p),
    ]


class sched_watch(Structure):
    _fields_ = [
        ("best", c_double),
        ("best_at", c_int64),
        ("best_epoch", c_int64),
        ("best_step", c_int64),
        ("observed", c_int64),
        ("waited", c_int64),
        ("spent", c_double),
        ("patience", c_double),
        ("is_best", c_int32),
        ("mode", c_int),
        ("reason", c_int),
    ]


class sched_rows(Structure):
    _fields_ = [
        ("total", c_size_t),
        ("count", c_size_t),
        ("indices", c_void_p),
    ]


class sched_beside(Structure):
    _fields_ = [
        ("master", c_void_p),
        ("residual", c_void_p),
        ("copy", c_void_p),
        ("average", c_void_p),
        ("accumulated", c_void_p),
        ("seed", c_uint64),
    ]


class sched_group(Structure):
    _fields_ = [
        ("optimizer", c_int32),
        ("dtype", c_int),
        ("hyper", c_void_p),
        ("list", c_void_p),
        ("count", c_size_t),
        ("rows", c_void_p),
        ("grad_dtype", c_int),
        ("state_dtype", c_int),
        ("copy_dtype", c_int),
        ("rounding", c_int),
        ("beside", c_void_p),
    ]


class sched_options(Structure):
    _fields_ = [
        ("loss_scale", c_double),
        ("max_norm", c_double),
        ("max_value", c_double),
        ("average_weight", c_double),
        ("skip_nonfinite", c_int32),
        ("accumulate", c_int32),
        ("zero_grad", c_int32),
        ("skipped", c_int32),
        ("norm", c_double),
    ]


class sched_optim_group(Structure):
    _fields_ = [
        ("optimizer", c_int32),
        ("dtype", c_int),
        ("hyper", c_void_p),
        ("grad_dtype", c_int),
        ("state_dtype", c_int),
        ("copy_dtype", c_int),
        ("rounding", c_int),
        ("master", c_int32),
        ("average", c_int32),
        ("accumulated", c_int32),
        ("seed", c_uint64),
    ]


class sched_parameter(Structure):
    _fields_ = [
        ("n", c_size_t),
        ("param", c_void_p),
        ("grad", c_void_p),
        ("copy", c_void_p),
        ("rows", c_size_t),
        ("columns", c_size_t),
    ]


class sched_lbfgs(Structure):
    _fields_ = [
        ("lr", c_double),
        ("tolerance_grad", c_double),
        ("tolerance_change", c_double),
        ("max_iter", c_int64),
        ("max_eval", c_int64),
        ("history_size", c_int64),
        ("strong_wolfe", c_int32),
    ]


class sched_lbfgs_memory(Structure):
    _fields_ = [
        ("n_iter", c_int64),
        ("func_evals", c_int64),
        ("count", c_int64),
        ("known", c_int64),
        ("t", c_double),
        ("h_diag", c_double),
        ("prev_loss", c_double),
        ("d", c_void_p),
        ("prev_flat_grad", c_void_p),
        ("old_dirs", c_void_p),
        ("old_stps", c_void_p),
        ("ro", c_void_p),
        ("al", c_void_p),
        ("products", c_void_p),
    ]


class sched_array(Structure):
    _fields_ = [
        ("data", c_void_p),
        ("n", c_size_t),
        ("dtype", c_int),
    ]


class sched_tensor(Structure):
    _fields_ = [
        ("data", c_void_p),
        ("device", c_int32),
        ("device_id", c_int32),
        ("ndim", c_int32),
        ("code", c_uint8),
        ("bits", c_uint8),
        ("lanes", c_uint16),
        ("shape", c_void_p),
        ("strides", c_void_p),
        ("byte_offset", c_uint64),
    ]


class sched_column(Structure):
    _fields_ = [
        ("objects", c_void_p),
        ("count", c_size_t),
        ("like", c_void_p),
        ("places", c_void_p),
        ("stride", c_size_t),
        ("moves", c_int32),
    ]


class sched_look(Structure):
    _fields_ = [
        ("next", c_void_p),
        ("dicts", c_void_p),
        ("dict_count", c_size_t),
        ("values", c_void_p),
        ("describe", c_void_p),
        ("columns", c_void_p),
        ("column_count", c_size_t),
        ("get", c_void_p),
        ("name", c_void_p),
        ("keep", c_void_p),
        ("list", c_void_p),
    ]


class sched_sgd(Structure):
    _fields_ = [
        ("lr", c_double),
        ("momentum", c_double),
        ("dampening", c_double),
        ("weight_decay", c_double),
        ("nesterov", c_int32),
        ("maximize", c_int32),
        ("decoupled_weight_decay", c_int32),
        ("lr_in_velocity", c_int32),
    ]


class sched_adamw(Structure):
    _fields_ = [
        ("lr", c_double),
        ("beta1", c_double),
        ("beta2", c_double),
        ("eps", c_double),
        ("weight_decay", c_double),
        ("amsgrad", c_int32),
        ("maximize", c_int32),
    ]


class sched_adam(Structure):
    _fields_ = [
        ("lr", c_double),
        ("beta1", c_double),
        ("beta2", c_double),
        ("eps", c_double),
        ("weight_decay", c_double),
        ("amsgrad", c_int32),
        ("maximize", c_int32),
        ("decoupled_weight_decay", c_int32),
        ("epsilon_hat", c_int32),
    ]


class sched_adagrad(Structure):
    _fields_ = [
        ("lr", c_double),
        ("lr_decay", c_double),
        ("weight_decay", c_double),
        ("initial_accumulator_value", c_double),
        ("eps", c_double),
        ("maximize", c_int32),
        ("decoupled_weight_decay", c_int32),
        ("eps_in_root", c_int32),
    ]


class sched_adadelta(Structure):
    _fields_ = [
        ("lr", c_double),
        ("rho", c_double),
        ("eps", c_double),
        ("weight_decay", c_double),
        ("maximize", c_int32),
        ("decoupled_weight_decay", c_int32),
    ]


class sched_rmsprop(Structure):
    _fields_ = [
        ("lr", c_double),
        ("alpha", c_double),
        ("eps", c_double),
        ("weight_decay", c_double),
        ("momentum", c_double),
        ("centered", c_int32),
        ("maximize", c_int32),
        ("decoupled_weight_decay", c_int32),
        ("eps_in_root", c_int32),
        ("lr_in_velocity", c_int32),
    ]


class sched_adamax(Structure):
    _fields_ = [
        ("lr", c_double),
        ("beta1", c_double),
        ("beta2", c_double),
        ("eps", c_double),
        ("weight_decay", c_double),
        ("maximize", c_int32),
        ("decoupled_weight_decay", c_int32),
        ("eps_in_denominator", c_int32),
    ]


class sched_nadam(Structure):
    _fields_ = [
        ("lr", c_double),
        ("beta1", c_double),
        ("beta2", c_double),
        ("eps", c_double),
        ("weight_decay", c_double),
        ("momentum_decay", c_double),
        ("decoupled_weight_decay", c_int32),
        ("maximize", c_int32),
    ]


class sched_radam(Structure):
    _fields_ = [
        ("lr", c_double),
        ("beta1", c_double),
        ("beta2", c_double),
        ("eps", c_double),
        ("weight_decay", c_double),
        ("decoupled_weight_decay", c_int32),
        ("maximize", c_int32),
    ]


class sched_asgd(Structure):
    _fields_ = [
        ("lr", c_double),
        ("lambd", c_double),
        ("alpha", c_double),
        ("t0", c_double),
        ("weight_decay", c_double),
        ("maximize", c_int32),
    ]


class sched_rprop(Structure):
    _fields_ = [
        ("lr", c_double),
        ("etaminus", c_double),
        ("etaplus", c_double),
        ("step_size_min", c_double),
        ("step_size_max", c_double),
        ("maximize", c_int32),
    ]


class sched_lion(Structure):
    _fields_ = [
        ("lr", c_double),
        ("beta1", c_double),
        ("beta2", c_double),
        ("weight_decay", c_double),
        ("maximize", c_int32),
    ]


class sched_adan(Structure):
    _fields_ = [
        ("lr", c_double),
        ("beta1", c_double),
        ("beta2", c_double),
        ("beta3", c_double),
        ("eps", c_double),
        ("weight_decay", c_double),
        ("no_prox", c_int32),
        ("maximize", c_int32),
    ]


class sched_ademamix(Structure):
    _fields_ = [
        ("lr", c_double),
        ("beta1", c_double),
        ("beta2", c_double),
        ("beta3", c_double),
        ("alpha", c_double),
        ("beta3_warmup", c_double),
        ("alpha_warmup", c_double),
        ("eps", c_double),
        ("weight_decay", c_double),
        ("maximize", c_int32),
    ]


class sched_sophia(Structure):
    _fields_ = [
        ("lr", c_double),
        ("beta1", c_double),
        ("rho", c_double),
        ("batch", c_double),
        ("weight_decay", c_double),
        ("maximize", c_int32),
    ]


class sched_average(Structure):
    _fields_ = [
        ("keep", c_double),
        ("squares", c_int32),
    ]


class sched_schedule_free_sgd(Structure):
    _fields_ = [
        ("lr", c_double),
        ("momentum", c_double),
        ("weight_decay", c_double),
        ("warmup_steps", c_double),
        ("r", c_double),
        ("weight_lr_power", c_double),
        ("maximize", c_int32),
    ]


class sched_schedule_free_adamw(Structure):
    _fields_ = [
        ("lr", c_double),
        ("beta1", c_double),
        ("beta2", c_double),
        ("eps", c_double),
        ("weight_decay", c_double),
        ("warmup_steps", c_double),
        ("r", c_double),
        ("weight_lr_power", c_double),
        ("maximize", c_int32),
    ]


class sched_sparse_adam(Structure):
    _fields_ = [
        ("lr", c_double),
        ("beta1", c_double),
        ("beta2", c_double),
        ("eps", c_double),
        ("maximize", c_int32),
    ]


class sched_lamb(Structure):
    _fields_ = [
        ("lr", c_double),
        ("beta1", c_double),
        ("beta2", c_double),
        ("eps", c_double),
        ("weight_decay", c_double),
        ("bias_correction", c_int32),
        ("decoupled_weight_decay", c_int32),
        ("maximize", c_int32),
    ]


class sched_lars(Structure):
    _fields_ = [
        ("lr", c_double),
        ("momentum", c_double),
        ("dampening", c_double),
        ("weight_decay", c_double),
        ("trust_coefficient", c_double),
        ("nesterov", c_int32),
        ("maximize", c_int32),
    ]


class sched_adafactor(Structure):
    _fields_ = [
        ("lr", c_double),
        ("beta2_decay", c_double),
        ("eps1", c_double),
        ("eps2", c_double),
        ("d", c_double),
        ("weight_decay", c_double),
        ("maximize", c_int32),
    ]


class sched_muon(Structure):
    _fields_ = [
        ("lr", c_double),
        ("weight_decay", c_double),
        ("momentum", c_double),
        ("ns_a", c_double),
        ("ns_b", c_double),
        ("ns_c", c_double),
        ("eps", c_double),
        ("ns_steps", c_int32),
        ("nesterov", c_int32),
        ("match_rms_adamw", c_int32),
    ]


# A pointer to anything but text is c_void_p: an address, an array or byref.
PROTOTYPES: dict[str, tuple[Any, tuple[Any, ...]]] = {
    # const char *sched_status_text(sched_status status)
    "sched_status_text": (c_char_p, (c_int,)),
    # const char *sched_last_error(void)
    "sched_last_error": (c_char_p, ()),
    # const char *sched_version(void)
    "sched_version": (c_char_p, ()),
    # int32_t sched_abi_version(void)
    "sched_abi_version": (c_int32, ()),
    # sched_status sched_make(const char *kind, const sched_field *fields, size_t count, size_t
    #     *culprit, sched_schedule **schedule)
    "sched_make": (c_int, (c_char_p, c_void_p, c_size_t, c_void_p, c_void_p)),
    # sched_status sched_parse(const char *text, size_t length, size_t *position, sched_schedule
    #     **schedule)
    "sched_parse": (c_int, (c_char_p, c_size_t, c_void_p, c_void_p)),
    # sched_schedule *sched_retain(const sched_schedule *schedule)
    "sched_retain": (c_void_p, (c_void_p,)),
    # void sched_free(sched_schedule *schedule)
    "sched_free": (None, (c_void_p,)),
    # sched_status sched_text(const sched_schedule *schedule, char *text, size_t capacity, size_t
    #     *length)
    "sched_text": (c_int, (c_void_p, c_void_p, c_size_t, c_void_p)),
    # const char *sched_kind(const sched_schedule *schedule)
    "sched_kind": (c_char_p, (c_void_p,)),
    # sched_status sched_last_step(const sched_schedule *schedule, int64_t *last)
    "sched_last_step": (c_int, (c_void_p, c_void_p)),
    # sched_status sched_rates(const sched_schedule *schedule, double base, int64_t first, size_t
    #     count, double *rates)
    "sched_rates": (c_int, (c_void_p, c_double, c_int64, c_size_t, c_void_p)),
    # sched_status sched_momenta(const sched_schedule *schedule, double base, int64_t first,
    #     size_t count, double *momenta)
    "sched_momenta": (c_int, (c_void_p, c_double, c_int64, c_size_t, c_void_p)),
    # sched_status sched_csv(const sched_schedule *schedule, double base, int64_t first, size_t
    #     count, char *text, size_t capacity, size_t *length)
    "sched_csv": (c_int, (c_void_p, c_double, c_int64, c_size_t, c_void_p, c_size_t, c_void_p)),
    # sched_status sched_sparkline(const sched_schedule *schedule, double base, int64_t first,
    #     size_t count, size_t width, char *text, size_t capacity, size_t *length)
    "sched_sparkline": (
        c_int,
        (c_void_p, c_double, c_int64, c_size_t, c_size_t, c_void_p, c_size_t, c_void_p),
    ),
    # sched_status sched_chain(const sched_groups *groups)
    "sched_chain": (c_int, (c_void_p,)),
    # sched_status sched_anneal(const sched_ways *ways)
    "sched_anneal": (c_int, (c_void_p,)),
    # size_t sched_kind_count(void)
    "sched_kind_count": (c_size_t, ()),
    # const char *sched_kind_name(size_t index)
    "sched_kind_name": (c_char_p, (c_size_t,)),
    # sched_status sched_kind_describe(const char *kind, char *text, size_t capacity, size_t
    #     *length)
    "sched_kind_describe": (c_int, (c_char_p, c_void_p, c_size_t, c_void_p)),
    # sched_status sched_scheduler_make(const sched_schedule *schedule, sched_form form, size_t
    #     groups, const double *bases, sched_scheduler **scheduler)
    "sched_scheduler_make": (c_int, (c_void_p, c_int, c_size_t, c_void_p, c_void_p)),
    # sched_status sched_scheduler_make_fields(const sched_field *fields, size_t count, size_t
    #     *culprit, sched_scheduler **scheduler)
    "sched_scheduler_make_fields": (c_int, (c_void_p, c_size_t, c_void_p, c_void_p)),
    # sched_scheduler *sched_scheduler_retain(sched_scheduler *scheduler)
    "sched_scheduler_retain": (c_void_p, (c_void_p,)),
    # void sched_scheduler_free(sched_scheduler *scheduler)
    "sched_scheduler_free": (None, (c_void_p,)),
    # size_t sched_scheduler_groups(const sched_scheduler *scheduler)
    "sched_scheduler_groups": (c_size_t, (c_void_p,)),
    # sched_status sched_scheduler_schedule(const sched_scheduler *scheduler, size_t group,
    #     sched_schedule **schedule)
    "sched_scheduler_schedule": (c_int, (c_void_p, c_size_t, c_void_p)),
    # sched_status sched_now(const sched_scheduler *scheduler, int64_t *step, double *rates)
    "sched_now": (c_int, (c_void_p, c_void_p, c_void_p)),
    # sched_status sched_next(sched_scheduler *scheduler, double *rates)
    "sched_next": (c_int, (c_void_p, c_void_p)),
    # sched_status sched_scheduler_observe(sched_scheduler *scheduler, double metric, double
    #     *rates)
    "sched_scheduler_observe": (c_int, (c_void_p, c_double, c_void_p)),
    # sched_status sched_advance(sched_scheduler *scheduler, int64_t steps, double *rates)
    "sched_advance": (c_int, (c_void_p, c_int64, c_void_p)),
    # sched_status sched_skip(sched_scheduler *scheduler, int64_t *skipped)
    "sched_skip": (c_int, (c_void_p, c_void_p)),
    # sched_status sched_seek(sched_scheduler *scheduler, int64_t step)
    "sched_seek": (c_int, (c_void_p, c_int64)),
    # sched_status sched_set_rates(sched_scheduler *scheduler, const double *rates)
    "sched_set_rates": (c_int, (c_void_p, c_void_p)),
    # sched_status sched_scheduler_cool_down(sched_scheduler *scheduler, int64_t steps, const char
    #     *decay_type, double min_ratio, const size_t *groups, size_t count)
    "sched_scheduler_cool_down": (
        c_int,
        (c_void_p, c_int64, c_char_p, c_double, c_void_p, c_size_t),
    ),
    # sched_status sched_scheduler_extend(sched_scheduler *scheduler, int64_t steps, int64_t
    #     until, const size_t *groups, size_t count)
    "sched_scheduler_extend": (c_int, (c_void_p, c_int64, c_int64, c_void_p, c_size_t)),
    # sched_status sched_scheduler_save(const sched_scheduler *scheduler, char *text, size_t
    #     capacity, size_t *length)
    "sched_scheduler_save": (c_int, (c_void_p, c_void_p, c_size_t, c_void_p)),
    # sched_status sched_scheduler_restore(const char *text, size_t length, size_t *position,
    #     sched_scheduler **scheduler)
    "sched_scheduler_restore": (c_int, (c_char_p, c_size_t, c_void_p, c_void_p)),
    # sched_status sched_scheduler_load(sched_scheduler *scheduler, const char *text, size_t
    #     length, sched_policy policy, size_t *position)
    "sched_scheduler_load": (c_int, (c_void_p, c_char_p, c_size_t, c_int, c_void_p)),
    # sched_status sched_early_stopping_make(sched_mode mode, int64_t patience, double min_delta,
    #     sched_early_stopping **stopper)
    "sched_early_stopping_make": (c_int, (c_int, c_int64, c_double, c_void_p)),
    # sched_status sched_early_stopping_make_fields(const char *rule, const sched_field *fields,
    #     size_t count, size_t *culprit, sched_early_stopping **stopper)
    "sched_early_stopping_make_fields": (c_int, (c_char_p, c_void_p, c_size_t, c_void_p, c_void_p)),
    # sched_status sched_early_stopping_parse(const char *text, size_t length, size_t *position,
    #     sched_early_stopping **stopper)
    "sched_early_stopping_parse": (c_int, (c_char_p, c_size_t, c_void_p, c_void_p)),
    # sched_status sched_rules_describe(char *text, size_t capacity, size_t *length)
    "sched_rules_describe": (c_int, (c_void_p, c_size_t, c_void_p)),
    # sched_early_stopping *sched_early_stopping_retain(sched_early_stopping *stopper)
    "sched_early_stopping_retain": (c_void_p, (c_void_p,)),
    # void sched_early_stopping_free(sched_early_stopping *stopper)
    "sched_early_stopping_free": (None, (c_void_p,)),
    # sched_status sched_observe(sched_early_stopping *stopper, double metric, sched_verdict
    #     *verdict)
    "sched_observe": (c_int, (c_void_p, c_double, c_void_p)),
    # sched_status sched_observe_fields(sched_early_stopping *stopper, const sched_field *fields,
    #     size_t count, sched_verdict *verdict)
    "sched_observe_fields": (c_int, (c_void_p, c_void_p, c_size_t, c_void_p)),
    # sched_status sched_watched(const sched_early_stopping *stopper, sched_watch *watch)
    "sched_watched": (c_int, (c_void_p, c_void_p)),
    # sched_status sched_why(const sched_early_stopping *stopper, char *text, size_t capacity,
    #     size_t *length)
    "sched_why": (c_int, (c_void_p, c_void_p, c_size_t, c_void_p)),
    # sched_status sched_early_stopping_text(const sched_early_stopping *stopper, char *text,
    #     size_t capacity, size_t *length)
    "sched_early_stopping_text": (c_int, (c_void_p, c_void_p, c_size_t, c_void_p)),
    # sched_status sched_early_stopping_save(const sched_early_stopping *stopper, char *text,
    #     size_t capacity, size_t *length)
    "sched_early_stopping_save": (c_int, (c_void_p, c_void_p, c_size_t, c_void_p)),
    # sched_status sched_early_stopping_restore(const char *text, size_t length, size_t *position,
    #     sched_early_stopping **stopper)
    "sched_early_stopping_restore": (c_int, (c_char_p, c_size_t, c_void_p, c_void_p)),
    # sched_status sched_early_stopping_load(sched_early_stopping *stopper, const char *text,
    #     size_t length, sched_policy policy, size_t *position)
    "sched_early_stopping_load": (c_int, (c_void_p, c_char_p, c_size_t, c_int, c_void_p)),
    # sched_status sched_step(const sched_group *groups, size_t count, sched_options *options,
    #     size_t *group, size_t *culprit)
    "sched_step": (c_int, (c_void_p, c_size_t, c_void_p, c_void_p, c_void_p)),
    # sched_status sched_optim_make(sched_optim **optim)
    "sched_optim_make": (c_int, (c_void_p,)),
    # sched_optim *sched_optim_retain(sched_optim *optim)
    "sched_optim_retain": (c_void_p, (c_void_p,)),
    # void sched_optim_free(sched_optim *optim)
    "sched_optim_free": (None, (c_void_p,)),
    # sched_status sched_optim_add(sched_optim *optim, const sched_optim_group *group, const
    #     sched_parameter *list, size_t count, size_t *index, size_t *culprit)
    "sched_optim_add": (c_int, (c_void_p, c_void_p, c_void_p, c_size_t, c_void_p, c_void_p)),
    # size_t sched_optim_groups(const sched_optim *optim)
    "sched_optim_groups": (c_size_t, (c_void_p,)),
    # size_t sched_optim_params(const sched_optim *optim, size_t group)
    "sched_optim_params": (c_size_t, (c_void_p, c_size_t)),
    # sched_status sched_optim_step(sched_optim *optim, sched_options *options, size_t *group,
    #     size_t *culprit)
    "sched_optim_step": (c_int, (c_void_p, c_void_p, c_void_p, c_void_p)),
    # sched_status sched_optim_set(sched_optim *optim, size_t group, const char *name, double
    #     value)
    "sched_optim_set": (c_int, (c_void_p, c_size_t, c_char_p, c_double)),
    # sched_status sched_optim_get(const sched_optim *optim, size_t group, const char *name,
    #     double *value)
    "sched_optim_get": (c_int, (c_void_p, c_size_t, c_char_p, c_void_p)),
    # sched_status sched_optim_hyper(sched_optim *optim, size_t group, const void *hyper)
    "sched_optim_hyper": (c_int, (c_void_p, c_size_t, c_void_p)),
    # sched_status sched_optim_put(sched_optim *optim, size_t group, size_t index, const
    #     sched_parameter *param)
    "sched_optim_put": (c_int, (c_void_p, c_size_t, c_size_t, c_void_p)),
    # sched_status sched_optim_param(const sched_optim *optim, size_t group, size_t index,
    #     sched_parameter *param, int64_t *steps)
    "sched_optim_param": (c_int, (c_void_p, c_size_t, c_size_t, c_void_p, c_void_p)),
    # sched_status sched_optim_set_steps(sched_optim *optim, size_t group, size_t index, int64_t
    #     steps)
    "sched_optim_set_steps": (c_int, (c_void_p, c_size_t, c_size_t, c_int64)),
    # sched_status sched_optim_state(sched_optim *optim, size_t group, size_t index, const char
    #     *name, void **data, size_t *n, sched_dtype *dtype)
    "sched_optim_state": (
        c_int,
        (c_void_p, c_size_t, c_size_t, c_char_p, c_void_p, c_void_p, c_void_p),
    ),
    # sched_status sched_optim_save(const sched_optim *optim, void *data, size_t capacity, size_t
    #     *length)
    "sched_optim_save": (c_int, (c_void_p, c_void_p, c_size_t, c_void_p)),
    # sched_status sched_optim_load(sched_optim *optim, const void *data, size_t length)
    "sched_optim_load": (c_int, (c_void_p, c_void_p, c_size_t)),
    # sched_status sched_lbfgs_step(const sched_lbfgs *hyper, sched_dtype dtype, sched_dtype
    #     grad_dtype, size_t n, void *param, void *grad, sched_lbfgs_memory *memory, const
    #     sched_function *objective, double *loss)
    "sched_lbfgs_step": (
        c_int,
        (c_void_p, c_int, c_int, c_size_t, c_void_p, c_void_p, c_void_p, c_void_p, c_void_p),
    ),
    # sched_status sched_optimizer_describe(int32_t optimizer, char *text, size_t capacity, size_t
    #     *length)
    "sched_optimizer_describe": (c_int, (c_int32, c_void_p, c_size_t, c_void_p)),
    # sched_status sched_convert(const sched_array *from, sched_dtype dtype, void *to)
    "sched_convert": (c_int, (c_void_p, c_int, c_void_p)),
    # sched_status sched_norm(const sched_array *list, size_t count, double p, double *norms,
    #     double *total)
    "sched_norm": (c_int, (c_void_p, c_size_t, c_double, c_void_p, c_void_p)),
    # sched_status sched_dot(const sched_array *a, const sched_array *b, double *product)
    "sched_dot": (c_int, (c_void_p, c_void_p, c_void_p)),
    # sched_status sched_unchanged(const sched_look *look, int32_t *unchanged)
    "sched_unchanged": (c_int, (c_void_p, c_void_p)),
    # const char *sched_isa(void)
    "sched_isa": (c_char_p, ()),
    # sched_status sched_set_isa(const char *name)
    "sched_set_isa": (c_int, (c_char_p,)),
    # int32_t sched_threads(void)
    "sched_threads": (c_int32, ()),
    # sched_status sched_set_threads(int32_t threads)
    "sched_set_threads": (c_int, (c_int32,)),
    # sched_status sched_set_team(sched_team team, int32_t threads)
    "sched_set_team": (c_int, (c_void_p, c_int32)),
}
