#pragma once

#include <cstdlib>

/// Ends the fuzz run when what must always hold does not.
inline void require(bool holds) {
    if (!holds)
        std::abort();
}
