#include "llm_proxy/json/splice.hpp"

#include "llm_proxy/json/writer.hpp"

#include <algorithm>
#include <utility>

namespace llm_proxy::json {
namespace {

/// Collects views; ranges of the original text that touch become one.
class piece_list {
public:
    explicit piece_list(std::string_view original) : original_(original) {}

    void keep(std::size_t begin, std::size_t end) {
        if (begin != kept_end_) {
            flush();
            kept_begin_ = begin;
        }
        kept_end_ = end;
    }

    void insert(std::string_view text) {
        flush();
        pieces_.push_back(text);
    }

    std::vector<std::string_view> take() {
        flush();
        return std::move(pieces_);
    }

private:
    void flush() {
        if (kept_begin_ != kept_end_)
            pieces_.push_back(original_.substr(kept_begin_, kept_end_ - kept_begin_));
        kept_begin_ = kept_end_;
    }

    std::string_view original_;
    std::size_t kept_begin_ = 0;
    std::size_t kept_end_ = 0;
    std::vector<std::string_view> pieces_;
};

} // namespace

splice::splice(std::string_view object, const std::vector<member>& members)
    : object_(object), members_(members), edits_(members.size()) {}

std::string_view splice::value(std::string_view name) const {
    for (std::size_t i = members_.size(); i-- > 0;) {
        if (edits_[i].removed || !key_is(object_, members_[i], name))
            continue;
        return edits_[i].replaced ? edits_[i].value : value_of(object_, members_[i]);
    }
    for (const addition& item : additions_)
        if (item.name == name)
            return std::string_view(item.text).substr(item.value_begin);
    return {};
}

bool splice::changed() const {
    return !additions_.empty() || std::any_of(edits_.begin(), edits_.end(), [](const edit& one) {
        return one.removed || one.replaced;
    });
}

void splice::set(std::string_view name, const std::string& json_value) {
    bool found = false;
    for (std::size_t i = 0; i < members_.size(); ++i) {
        if (!key_is(object_, members_[i], name))
            continue;
        edits_[i] = edit{false, true, json_value};
        found = true;
    }
    if (found)
        return;
    std::erase_if(additions_, [&](const addition& item) { return item.name == name; });
    std::string text = ",";
    append_string(text, name);
    text += ':';
    const std::size_t value_begin = text.size();
    text += json_value;
    additions_.push_back({std::string(name), std::move(text), value_begin});
}

bool splice::replace(std::string_view name, const std::string& json_value) {
    const bool there = !value(name).empty();
    if (there)
        set(name, json_value);
    return there;
}

void splice::set_default(std::string_view name, const std::string& json_value) {
    if (value(name).empty())
        set(name, json_value);
}

void splice::remove(std::string_view name) {
    for (std::size_t i = 0; i < members_.size(); ++i)
        if (key_is(object_, members_[i], name))
            edits_[i] = edit{true, false, {}};
    std::erase_if(additions_, [&](const addition& item) { return item.name == name; });
}

void splice::remove_if(const std::function<bool(std::string_view)>& unwanted) {
    std::string store;
    for (std::size_t i = 0; i < members_.size(); ++i)
        if (unwanted(key_view(object_, members_[i], store)))
            edits_[i] = edit{true, false, {}};
    std::erase_if(additions_, [&](const addition& item) { return unwanted(item.name); });
}

void splice::within(std::string_view name, const std::function<void(splice&)>& change) {
    if (auto edited = edit_nested(value(name), change))
        set(name, *edited);
}

std::vector<std::string_view> splice::pieces() const {
    piece_list list(object_);
    // Where the text of the last member ends, kept or not.
    std::size_t end = object_.find('{') + 1;
    list.keep(0, end);
    bool empty = true;
    for (std::size_t i = 0; i < members_.size(); ++i) {
        const member& item = members_[i];
        const std::size_t quote = item.key_begin - 1;
        if (!edits_[i].removed) {
            // With all members before it gone, the comma before this one must go as well.
            const bool drop_comma = empty && i > 0;
            list.keep(drop_comma ? quote : end,
                      edits_[i].replaced ? item.value_begin : item.value_end);
            if (edits_[i].replaced)
                list.insert(edits_[i].value);
            empty = false;
        }
        end = item.value_end;
    }
    for (const addition& item : additions_) {
        list.insert(std::string_view(item.text).substr(empty ? 1 : 0));
        empty = false;
    }
    list.keep(end, object_.size());
    return list.take();
}

std::string splice::str() const {
    std::string text;
    for (const std::string_view piece : pieces())
        text += piece;
    return text;
}

std::optional<std::string> edit_nested(std::string_view value,
                                       const std::function<void(splice&)>& change) {
    std::vector<member> members;
    if (value.starts_with('{')) {
        scan_valid(value, members);
        splice object(value, members);
        change(object);
        return object.changed() ? std::optional(object.str()) : std::nullopt;
    }
    if (!value.starts_with('['))
        return std::nullopt;
    scan_valid(value, members);
    std::string out;
    std::size_t copied = 0;
    for (const member& item : members) {
        const bool is_object = item.type == kind::object;
        auto edited = is_object ? edit_nested(value_of(value, item), change) : std::nullopt;
        if (!edited)
            continue;
        out.append(value.substr(copied, item.value_begin - copied)).append(*edited);
        copied = item.value_end;
    }
    if (copied == 0)
        return std::nullopt;
    return out.append(value.substr(copied));
}

} // namespace llm_proxy::json
