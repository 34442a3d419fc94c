#pragma once

#include "llm_proxy/json/splice.hpp"

#include <cstdint>
#include <memory>

namespace llm_proxy::providers {

/// Small changes to an answer that is in OpenAI's dialect and otherwise passes as it came. It is
/// made with the upstream request and remembers what must be known from one chunk to the next.
/// I/O-free; used by one thread.
class answer_edit {
public:
    virtual ~answer_edit() = default;

    /// A whole answer.
    virtual void whole(json::splice& answer) = 0;
    /// One chunk of a stream.
    virtual void chunk(json::splice& chunk) = 0;
};

/// Where a provider of OpenAI's dialect writes what a model thought.
enum class reasoning_form : std::uint8_t {
    as_sent, ///< in `reasoning_content`, or wherever it likes: nothing is done
    member,  ///< in `reasoning`
    tagged,  ///< there, or as `<think>…</think>` before the text
};

/// Gives chat clients a model's thoughts as `reasoning_content`: copied from `reasoning`, which
/// stays, and taken out of a text that begins with a tag. Null where nothing is to be done.
std::unique_ptr<answer_edit> make_reasoning_edit(reasoning_form form);

} // namespace llm_proxy::providers
