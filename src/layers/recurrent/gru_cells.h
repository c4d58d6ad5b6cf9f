// Both forms of the GRU. Read once per ISA (foreach_isa.h).
#include "layers/recurrent/gru_cell.h"
#include "layers/recurrent/gru_reset_before_cell.h"
