#pragma once

#include "llm_proxy/json/scan.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llm_proxy::json {

/// Edits to the top level of a scanned JSON object without re-encoding what stays: the result is a
/// list of pieces of the original text and of the replacements, ready for one gathered write.
///
/// The text and the members must outlive the splice and its pieces.
class splice {
public:
    splice(std::string_view object, const std::vector<member>& members);

    /// Replaces the value of every member named `name` (all duplicates), or appends the member.
    /// `json_value` is the value's JSON text. Undoes an earlier `remove` of that name.
    void set(std::string_view name, const std::string& json_value);
    /// Replaces the value if the member is there; otherwise does nothing. Tells whether it was.
    bool replace(std::string_view name, const std::string& json_value);
    /// Appends the member unless it is there.
    void set_default(std::string_view name, const std::string& json_value);
    /// Removes every member named `name`, with its comma.
    void remove(std::string_view name);
    /// Removes every member whose name, escapes resolved, is `unwanted`.
    void remove_if(const std::function<bool(std::string_view)>& unwanted);
    /// `edit_nested` for the value of `name`.
    void within(std::string_view name, const std::function<void(splice&)>& change);

    /// The value as edited so far; of duplicates the last; empty if there is none. Valid until the
    /// next change.
    std::string_view value(std::string_view name) const;
    bool changed() const;

    /// The edited text in order. Valid while this object lives and is not changed.
    std::vector<std::string_view> pieces() const;
    /// The edited text as one string.
    std::string str() const;

private:
    struct edit {
        bool removed = false;
        bool replaced = false;
        std::string value;
    };
    /// A member that the object did not have.
    struct addition {
        std::string name;
        std::string text; // `,"name":value`
        std::size_t value_begin = 0;
    };

    std::string_view object_;
    const std::vector<member>& members_;
    std::vector<edit> edits_; // one for each member
    std::vector<addition> additions_;
};

/// The object or array `value`, which a `scan` of its parent has validated, after `change` has
/// edited the object, or each object that is an element of the array; nothing if that changed
/// nothing.
std::optional<std::string> edit_nested(std::string_view value,
                                       const std::function<void(splice&)>& change);

} // namespace llm_proxy::json
