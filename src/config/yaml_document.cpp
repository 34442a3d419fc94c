#include "llm_proxy/config/yaml_document.hpp"

#include "llm_proxy/config/yaml_scalar.hpp"
#include "llm_proxy/json/utf8.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <istream>
#include <map>
#include <streambuf>

namespace llm_proxy::config {

namespace {

constexpr std::size_t max_depth = 100;
constexpr std::size_t max_members = 10'000; // of one mapping, which is searched from end to end
constexpr std::size_t max_expanded_bytes = 16 * 1024 * 1024;
constexpr std::size_t bytes_per_value = 64;
constexpr std::string_view merge_tag = "tag:yaml.org,2002:merge";

/// Rough size of a value with all that it holds, for the bound on expanded aliases.
std::size_t weight(const value& item) {
    std::size_t total = bytes_per_value;
    if (const auto* text = std::get_if<std::string>(&item.data))
        total += text->size();
    if (const auto* items = std::get_if<list>(&item.data))
        for (const value& one : *items)
            total += weight(one);
    if (const auto* members = std::get_if<map>(&item.data))
        for (const map_entry& one : *members)
            total += one.key.size() + weight(one.item);
    return total;
}

/// Puts a member into a map as Python's dict does: a key keeps its first place and its last value.
bool put(map& members, map_entry entry) {
    const auto same = std::find_if(members.begin(), members.end(),
                                   [&](const map_entry& one) { return one.key == entry.key; });
    const bool is_new = same == members.end();
    if (is_new)
        members.push_back(std::move(entry));
    else
        *same = std::move(entry);
    return is_new;
}

/// A list or map whose end has not come yet.
struct open_node {
    bool is_map = false;
    YAML::anchor_t anchor = YAML::NullAnchor;
    mark where;
    list items;
    map own;    // the map's own members
    map merged; // those of its merge keys, which come first and lose
    bool has_key = false;
    bool key_is_merge = false;
    map_entry pending; // the member whose key has been read
};

/// Builds a value from yaml-cpp's events: the parser below its document classes, which forget the
/// last of duplicate keys and the order of merges.
class builder final : public YAML::EventHandler {
public:
    builder(std::shared_ptr<const std::string> file, problems& found)
        : file_(std::move(file)), found_(found) {}

    value take() { return std::move(root_); }

    void OnDocumentStart(const YAML::Mark& at) override {
        if (std::exchange(started_, true))
            throw YAML::ParserException(at, "a second document starts here; only one is read");
    }
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& at, YAML::anchor_t anchor) override {
        add(value{{}, place(at), {}}, anchor);
    }

    void OnScalar(const YAML::Mark& at, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& text) override {
        if (wants_key() && ((tag == "?" && text == "<<") || tag == merge_tag)) {
            stack_.back().has_key = stack_.back().key_is_merge = true;
            return;
        }
        value scalar{{}, place(at), {}};
        if (tag == "!")
            scalar.data = text;
        else if (tag == "?")
            scalar.data = plain_scalar(text);
        else if (auto typed = tagged_scalar(tag, text))
            scalar.data = std::move(*typed);
        else
            throw YAML::ParserException(at, "the value does not fit its tag " + tag);
        add(std::move(scalar), anchor);
    }

    void OnAlias(const YAML::Mark& at, YAML::anchor_t anchor) override {
        const auto known = anchors_.find(anchor);
        if (known == anchors_.end())
            throw YAML::ParserException(at, "an alias stands inside its own anchor");
        add(spend(known->second, at), YAML::NullAnchor);
    }

    void OnSequenceStart(const YAML::Mark& at, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        open(at, tag, "tag:yaml.org,2002:seq", anchor);
    }
    void OnMapStart(const YAML::Mark& at, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        open(at, tag, "tag:yaml.org,2002:map", anchor);
        stack_.back().is_map = true;
    }

    void OnSequenceEnd() override {
        open_node node = pop();
        add(value{std::move(node.items), node.where, {}}, node.anchor);
    }
    void OnMapEnd() override {
        open_node node = pop();
        for (map_entry& entry : node.own)
            put(node.merged, std::move(entry));
        add(value{std::move(node.merged), node.where, {}}, node.anchor);
    }

private:
    mark place(const YAML::Mark& at) const { return {file_, at.line + 1, at.column + 1}; }

    bool wants_key() const {
        return !stack_.empty() && stack_.back().is_map && !stack_.back().has_key;
    }

    /// Counts a copy of `item` against the bound.
    const value& spend(const value& item, const YAML::Mark& at) {
        expanded_ += weight(item);
        if (expanded_ > max_expanded_bytes)
            throw YAML::ParserException(at, "larger than 16 MiB with its aliases expanded");
        return item;
    }

    void open(const YAML::Mark& at, const std::string& tag, std::string_view expected,
              YAML::anchor_t anchor) {
        if (tag != "?" && tag != "!" && tag != expected)
            throw YAML::ParserException(at, "the tag " + tag + " is not known");
        if (stack_.size() >= max_depth)
            throw YAML::ParserException(at, "nested deeper than 100 levels");
        open_node& node = stack_.emplace_back();
        node.anchor = anchor;
        node.where = place(at);
    }

    open_node pop() {
        open_node node = std::move(stack_.back());
        stack_.pop_back();
        return node;
    }

    void add(value item, YAML::anchor_t anchor) {
        const YAML::Mark at = mark_of(item);
        if (anchor != YAML::NullAnchor)
            anchors_[anchor] = spend(item, at);
        if (stack_.empty())
            root_ = std::move(item);
        else if (!stack_.back().is_map)
            stack_.back().items.push_back(std::move(item));
        else if (!stack_.back().has_key)
            add_key(item, at);
        else
            add_member(std::move(item), at);
    }

    void add_key(const value& item, const YAML::Mark& at) {
        if (item.is_map() || item.is_list())
            throw YAML::ParserException(at, "a key must be a plain value");
        open_node& node = stack_.back();
        node.pending = map_entry{python_str(item), item.where, {}};
        node.has_key = true;
    }

    void add_member(value item, const YAML::Mark& at) {
        open_node& node = stack_.back();
        node.has_key = false;
        if (std::exchange(node.key_is_merge, false)) {
            merge(node.merged, item, at);
            return;
        }
        if (node.own.size() >= max_members)
            throw YAML::ParserException(at, "a mapping of more than 10000 keys");
        node.pending.item = std::move(item);
        const map_entry& entry = node.pending;
        const bool is_new = put(node.own, entry);
        if (!is_new)
            found_.push_back({severity::warning,
                              entry.key_where,
                              entry.key,
                              "the key is given twice; the last one counts",
                              {},
                              false});
    }

    /// In a list of maps the first wins, so that it is put last.
    static void merge(map& into, const value& item, const YAML::Mark& at) {
        if (const auto* members = std::get_if<map>(&item.data)) {
            for (const map_entry& entry : *members)
                put(into, entry);
            return;
        }
        const auto* items = std::get_if<list>(&item.data);
        const auto is_map = [](const value& one) { return one.is_map(); };
        if (items == nullptr || !std::all_of(items->begin(), items->end(), is_map))
            throw YAML::ParserException(at, "a merge key takes a mapping or a list of mappings");
        for (auto one = items->rbegin(); one != items->rend(); ++one)
            merge(into, *one, at);
    }

    static YAML::Mark mark_of(const value& item) {
        YAML::Mark at;
        at.line = item.where.line - 1;
        at.column = item.where.column - 1;
        return at;
    }

    std::shared_ptr<const std::string> file_;
    problems& found_;
    value root_;
    std::vector<open_node> stack_;
    std::map<YAML::anchor_t, value> anchors_;
    std::size_t expanded_ = 0;
    bool started_ = false;
};

/// Reads from memory that it does not own.
class view_buffer : public std::streambuf {
public:
    explicit view_buffer(std::string& text) {
        setg(text.data(), text.data(), text.data() + text.size());
    }
};

/// Whether the line, counted from 1, is indented with a tab.
bool has_tab(std::string_view text, int line) {
    for (int i = 1; i < line && !text.empty(); ++i) {
        const std::size_t end = text.find('\n');
        text.remove_prefix(end == text.npos ? text.size() : end + 1);
    }
    const std::size_t first = text.find_first_not_of(' ');
    return first != text.npos && text[first] == '\t';
}

std::optional<value> fail(problems& found, mark where, std::string text, std::string hint = {}) {
    found.push_back(
        {severity::error, std::move(where), {}, std::move(text), std::move(hint), true});
    return std::nullopt;
}

} // namespace

std::optional<value> parse_yaml(std::string_view text, std::shared_ptr<const std::string> file,
                                problems& found) {
    if (!json::is_utf8(text))
        return fail(found, {file, 0, 0}, "the file is not UTF-8 text");
    if (text.size() > max_expanded_bytes)
        return fail(found, {file, 0, 0}, "the file is larger than 16 MiB");
    std::string copy(text);
    view_buffer buffer(copy);
    std::istream stream(&buffer);
    builder events(file, found);
    try {
        YAML::Parser parser(stream);
        while (parser.HandleNextDocument(events)) {
        }
    } catch (const YAML::Exception& fault) {
        const mark where{file, fault.mark.line + 1, fault.mark.column + 1};
        return fail(found, where, "not valid YAML: " + fault.msg,
                    has_tab(text, where.line) ? "YAML indents with spaces, never with tabs" : "");
    }
    value root = events.take();
    if (!root.where.file)
        root.where = {std::move(file), 1, 1};
    return root;
}

} // namespace llm_proxy::config
