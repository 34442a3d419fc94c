#include "llm_proxy/config/loader.hpp"

#include "llm_proxy/config/env_ref.hpp"
#include "llm_proxy/config/include.hpp"
#include "llm_proxy/config/model_list.hpp"
#include "llm_proxy/config/routing_reader.hpp"
#include "llm_proxy/config/settings_reader.hpp"
#include "llm_proxy/config/yaml_document.hpp"
#include "llm_proxy/util/strings.hpp"

#include <filesystem>

namespace llm_proxy::config {

namespace {

/// The typed configuration of a whole tree.
void read_root(value root, std::vector<std::string> files, loaded& into) {
    apply_environment_variables(root, into.variables, into.found);
    resolve_environment(root, into.variables, into.found);
    reading shared{into.found, into.variables, {}};
    const section_reader top(top_level_section, &root, "", shared);
    auto config = std::make_shared<settings>();
    config->model_list = read_model_list(root.find("model_list"), shared);
    config->litellm = read_litellm_settings(root.find("litellm_settings"), shared);
    config->router = read_router_settings(root.find("router_settings"), shared);
    config->general = read_general_settings(root.find("general_settings"), shared);
    complete_routing(*config, shared);
    config->files = std::move(files);
    if (!has_fatal(into.found))
        into.config = std::move(config);
}

void read_dotenv(const std::string& path, loaded& into, std::vector<std::string>& files) {
    const auto mode = into.variables.get("LITELLM_MODE");
    if (mode && iequals(trim(*mode), "PRODUCTION"))
        return;
    const std::string file = (std::filesystem::path(path).parent_path() / ".env").string();
    if (const auto text = read_file(file)) {
        into.variables.add_dotenv(*text, file, into.found);
        files.push_back(file);
    }
}

} // namespace

loaded load(const std::string& path, environment variables) {
    loaded into;
    into.variables = std::move(variables);
    std::vector<std::string> files;
    auto root = read_with_includes(path, files, into.found);
    if (!root)
        return into;
    read_dotenv(path, into, files);
    read_root(std::move(*root), std::move(files), into);
    return into;
}

loaded load_text(std::string_view yaml, const std::string& path, environment variables) {
    loaded into;
    into.variables = std::move(variables);
    auto root = parse_yaml(yaml, std::make_shared<const std::string>(path), into.found);
    if (root && check_root(*root, into.found))
        read_root(std::move(*root), {path}, into);
    return into;
}

} // namespace llm_proxy::config
