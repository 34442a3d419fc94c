#include "llm_proxy/dialects/client_dialect.hpp"

#include "llm_proxy/dialects/messages_dialect.hpp"
#include "llm_proxy/dialects/responses.hpp"

#include <algorithm>
#include <array>

namespace llm_proxy::dialects {

namespace {

/// One dialect: a new one is a new row.
struct dialect_row {
    model::call_type type;
    std::unique_ptr<client_dialect> (*make)(const dialect_options&);
};

constexpr std::array rows{
    dialect_row{model::call_type::response, make_responses_dialect},
    dialect_row{model::call_type::message, make_messages_dialect},
};

const dialect_row* find_row(model::call_type type) {
    const auto* const found = std::find_if(
        rows.begin(), rows.end(), [type](const dialect_row& row) { return row.type == type; });
    return found == rows.end() ? nullptr : found;
}

} // namespace

std::unique_ptr<client_dialect> make_dialect(model::call_type type,
                                             const dialect_options& options) {
    const dialect_row* row = find_row(type);
    return row == nullptr ? nullptr : row->make(options);
}

} // namespace llm_proxy::dialects
