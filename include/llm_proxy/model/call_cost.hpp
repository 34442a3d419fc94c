#pragma once

namespace llm_proxy::model {

/// What a call costs, in US dollars.
struct call_cost {
    double input = 0;
    double output = 0;
    double tools = 0; // web searches and the like

    /// Parts of `input` and of `output`.
    double cache_read = 0;
    double cache_write = 0;
    double reasoning = 0;

    /// The provider's own statement: its parts are not known, and `output` holds the whole.
    bool stated = false;

    double total() const { return input + output + tools; }
};

} // namespace llm_proxy::model
