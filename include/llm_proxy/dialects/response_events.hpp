#pragma once

#include "llm_proxy/json/document.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace llm_proxy::dialects {

/// Writes the events of a response's stream, numbered.
/// https://platform.openai.com/docs/api-reference/responses-streaming
class response_events {
public:
    explicit response_events(std::int64_t first_number = 0) : next_(first_number) {}

    /// Where the next events go; null where nobody reads them. Outlives them.
    void into(std::string* out) { out_ = out; }

    /// `members`: those that follow the type and the number.
    void tell(std::string_view type, const document& members);

private:
    std::string* out_ = nullptr;
    std::int64_t next_ = 0;
};

/// What the events of an item at this place of the output have in common, those of the last part of
/// its content, and those of its summary.
document item_place(std::size_t position, const document& item);
document part_place(std::size_t position, const document& item);
document summary_place(std::size_t position, const document& item);

/// The members and one more.
document with_member(document members, const char* name, document value);

} // namespace llm_proxy::dialects
