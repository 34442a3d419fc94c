#include "llm_proxy/audio/sndfile_library.hpp"

#include <dlfcn.h>

namespace llm_proxy::audio {

namespace {

template <class Function>
bool find(void* library, const char* name, Function& out) {
    out = reinterpret_cast<Function>(::dlsym(library, name)); // POSIX says that this is one
    return out != nullptr;
}

/// The library stays for as long as the program runs.
std::optional<sndfile_library> load() {
    sndfile_library out{};
    void* library = ::dlopen("libsndfile.so.1", RTLD_NOW | RTLD_LOCAL);
    if (library != nullptr && find(library, "sf_open_virtual", out.open_virtual) &&
        find(library, "sf_writef_short", out.write_frames) &&
        find(library, "sf_close", out.close)) {
        return out;
    }
    return std::nullopt;
}

} // namespace

const std::optional<sndfile_library>& sndfile_library::get() {
    static const auto loaded = load();
    return loaded;
}

} // namespace llm_proxy::audio
