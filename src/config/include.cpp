#include "llm_proxy/config/include.hpp"

#include "llm_proxy/config/yaml_document.hpp"

#include <algorithm>
#include <deque>
#include <filesystem>
#include <fstream>

namespace llm_proxy::config {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_file_bytes = 16 * 1024 * 1024;
constexpr std::size_t max_files = 100;

void fatal(problems& found, const mark& where, std::string key, std::string text) {
    found.push_back({severity::error, where, std::move(key), std::move(text), {}, true});
}

/// One entry of an `include` list that is still to be read.
struct pending {
    std::string name;
    std::string declared_in;
    mark where;
};

std::string resolve(const pending& wanted, const std::string& root_path) {
    std::error_code ignored;
    const fs::path beside = fs::path(wanted.declared_in).parent_path() / wanted.name;
    const fs::path beside_root = fs::path(root_path).parent_path() / wanted.name;
    const bool fall_back = !fs::exists(beside, ignored) && fs::exists(beside_root, ignored);
    return (fall_back ? beside_root : beside).lexically_normal().string();
}

/// The `include` list of a file; false if it is no list of texts.
bool list_includes(const value& root, const std::string& path, std::deque<pending>& waiting,
                   problems& found) {
    const value* include = root.find("include");
    if (include == nullptr)
        return true;
    const list* entries = std::get_if<list>(&include->data);
    const auto is_text = [](const value& one) { return one.is_string(); };
    if (entries == nullptr || !std::all_of(entries->begin(), entries->end(), is_text)) {
        fatal(found, include->where, "include", "must be a list of file names");
        return false;
    }
    for (const value& entry : *entries)
        waiting.push_back({std::get<std::string>(entry.data), path, entry.where});
    return true;
}

void merge(map& base, map&& included) {
    for (map_entry& entry : included) {
        if (entry.key == "include")
            continue;
        const auto same = std::find_if(base.begin(), base.end(),
                                       [&](const map_entry& one) { return one.key == entry.key; });
        if (same == base.end()) {
            base.push_back(std::move(entry));
            continue;
        }
        list* joined = std::get_if<list>(&same->item.data);
        list* added = std::get_if<list>(&entry.item.data);
        if (joined != nullptr && added != nullptr)
            std::move(added->begin(), added->end(), std::back_inserter(*joined));
        else
            *same = std::move(entry);
    }
}

std::optional<value> read_one(const std::string& path, const mark& where, problems& found) {
    const auto text = read_file(path);
    if (!text) {
        fatal(found, where, where.file ? "include" : "", "cannot read " + path);
        return std::nullopt;
    }
    auto root = parse_yaml(*text, std::make_shared<const std::string>(path), found);
    if (root && !check_root(*root, found))
        return std::nullopt;
    return root;
}

} // namespace

std::optional<std::string> read_file(const std::string& path) {
    std::error_code fault;
    if (fs::is_directory(path, fault))
        return std::nullopt;
    std::ifstream stream(path, std::ios::binary);
    std::string text;
    char block[65536];
    while (stream && text.size() <= max_file_bytes) {
        stream.read(block, sizeof block);
        text.append(block, static_cast<std::size_t>(stream.gcount()));
    }
    if (!stream.eof() || stream.bad() || text.size() > max_file_bytes)
        return std::nullopt;
    return text;
}

bool check_root(const value& root, problems& found) {
    if (root.is_map())
        return true;
    fatal(found, root.where, "",
          root.is_null() ? "the file is empty" : "the file must be a mapping at its top level");
    return false;
}

std::optional<value> read_with_includes(const std::string& path, std::vector<std::string>& files,
                                        problems& found) {
    auto root = read_one(path, {}, found);
    if (!root)
        return std::nullopt;
    files.push_back(path);
    std::deque<pending> waiting;
    if (!list_includes(*root, path, waiting, found))
        return std::nullopt;
    for (; !waiting.empty(); waiting.pop_front()) {
        const std::string next = resolve(waiting.front(), path);
        if (std::find(files.begin(), files.end(), next) != files.end())
            continue;
        if (files.size() >= max_files) {
            fatal(found, waiting.front().where, "include", "more than 100 files");
            return std::nullopt;
        }
        auto included = read_one(next, waiting.front().where, found);
        if (!included || !list_includes(*included, next, waiting, found))
            return std::nullopt;
        files.push_back(next);
        merge(std::get<map>(root->data), std::move(std::get<map>(included->data)));
    }
    std::erase_if(std::get<map>(root->data),
                  [](const map_entry& entry) { return entry.key == "include"; });
    return root;
}

} // namespace llm_proxy::config
