#include "llm_proxy/config/env_ref.hpp"

#include "llm_proxy/util/strings.hpp"

#include <algorithm>
#include <array>

namespace llm_proxy::config {

namespace {

constexpr std::string_view prefix = "os.environ/";

/// LiteLLM's list of names that a configuration file may not set.
constexpr std::array<std::string_view, 14> refused_names{"PATH",
                                                         "LD_PRELOAD",
                                                         "LD_LIBRARY_PATH",
                                                         "DYLD_LIBRARY_PATH",
                                                         "DYLD_INSERT_LIBRARIES",
                                                         "PYTHONPATH",
                                                         "PYTHONSTARTUP",
                                                         "PYTHONHOME",
                                                         "HOME",
                                                         "USER",
                                                         "SHELL",
                                                         "LOGNAME",
                                                         "NO_PROXY",
                                                         "no_proxy"};

/// The name that a text refers to, if it does.
std::optional<std::string> reference(const value& item) {
    const auto* text = std::get_if<std::string>(&item.data);
    if (text == nullptr || !text->starts_with(prefix))
        return std::nullopt;
    return text->substr(prefix.size());
}

void warn(problems& found, const mark& where, std::string key, std::string text,
          std::string hint = {}) {
    found.push_back(
        {severity::warning, where, std::move(key), std::move(text), std::move(hint), false});
}

class resolver {
public:
    resolver(const environment& variables, problems& found)
        : variables_(variables), found_(found) {}

    void resolve(value& item, const std::string& path) {
        if (auto* members = std::get_if<map>(&item.data))
            for (map_entry& entry : *members)
                resolve(entry.item, path.empty() ? entry.key : path + '.' + entry.key);
        else if (auto* items = std::get_if<list>(&item.data))
            for (std::size_t i = 0; i < items->size(); ++i)
                resolve((*items)[i], path + '[' + std::to_string(i) + ']');
        else if (auto name = reference(item))
            replace(item, std::move(*name), path);
    }

private:
    void replace(value& item, std::string name, const std::string& path) {
        auto text = variables_.get(name);
        if (!text) {
            warn(found_, item.where, path, "environment variable " + name + " is not set",
                 suggestion(name));
            item.data = std::monostate{};
        } else if (iequals(trim(*text), "true") || iequals(trim(*text), "false")) {
            item.data = iequals(trim(*text), "true");
        } else {
            item.data = std::move(*text);
        }
        item.from_environment = std::move(name);
    }

    std::string suggestion(const std::string& name) const {
        std::vector<std::string_view> names;
        for (const auto& [known, text] : variables_.all())
            names.push_back(known);
        const auto near = name.size() > 100 ? std::nullopt : closest(name, names);
        return near ? "did you mean `" + std::string(*near) + "`?" : "";
    }

    const environment& variables_;
    problems& found_;
};

} // namespace

void apply_environment_variables(const value& root, environment& variables, problems& found) {
    const value* settings = root.find("environment_variables");
    const map* members = settings == nullptr ? nullptr : std::get_if<map>(&settings->data);
    if (members == nullptr)
        return;
    for (const map_entry& entry : *members) {
        const std::string path = "environment_variables." + entry.key;
        if (std::find(refused_names.begin(), refused_names.end(), entry.key) !=
            refused_names.end()) {
            warn(found, entry.key_where, path, "this variable cannot be set here and is ignored");
            continue;
        }
        if (const auto name = reference(entry.item)) {
            if (const auto text = variables.get(*name))
                variables.set(entry.key, *text);
        } else {
            variables.set(entry.key, python_str(entry.item));
        }
    }
}

void resolve_environment(value& root, const environment& variables, problems& found) {
    resolver(variables, found).resolve(root, "");
}

} // namespace llm_proxy::config
