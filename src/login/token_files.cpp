#include "llm_proxy/login/token_files.hpp"

#include "llm_proxy/util/strings.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace llm_proxy::login {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_file = 64UL * 1024;

class descriptor {
public:
    explicit descriptor(int number) : number_(number) {}
    ~descriptor() { close(); }
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;

    int get() const { return number_; }
    bool is_open() const { return number_ >= 0; }
    bool close() {
        const int number = std::exchange(number_, -1);
        return number < 0 || ::close(number) == 0;
    }

private:
    int number_;
};

error failure(const fs::path& file, int why) {
    return error(500, "internal_server_error",
                 file.string() + ": " + std::generic_category().message(why));
}

/// Non-blocking, so that a pipe under this name cannot hold the daemon.
std::string read_file(const fs::path& file) {
    const descriptor from(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    std::string out;
    std::array<char, 4096> piece{};
    while (from.is_open() && out.size() <= largest_file) {
        const ssize_t size = ::read(from.get(), piece.data(), piece.size());
        if (size < 0 && errno == EINTR) {
            continue;
        }
        if (size < 0) {
            return {};
        }
        if (size == 0) {
            return out;
        }
        out.append(piece.data(), static_cast<std::size_t>(size));
    }
    return {};
}

bool write_all(int to, std::string_view text) {
    while (!text.empty()) {
        const ssize_t size = ::write(to, text.data(), text.size());
        if (size < 0 && errno != EINTR) {
            return false;
        }
        text.remove_prefix(size < 0 ? 0 : static_cast<std::size_t>(size));
    }
    return true;
}

/// Makes `folder` and what is above it; like `mkdir -p -m 700`, but for all levels.
int make_folders(const fs::path& folder) {
    if (folder.empty() || ::mkdir(folder.c_str(), S_IRWXU) == 0 || errno == EEXIST) {
        return 0;
    }
    if (errno != ENOENT || folder == folder.parent_path()) {
        return errno;
    }
    const int above = make_folders(folder.parent_path());
    if (above != 0) {
        return above;
    }
    return ::mkdir(folder.c_str(), S_IRWXU) == 0 || errno == EEXIST ? 0 : errno;
}

result<void> make_folder(const fs::path& folder) {
    const int why = make_folders(folder);
    if (why != 0) {
        return failure(folder, why);
    }
    return {};
}

} // namespace

kept_tokens read_token_files(const copilot_settings& settings) {
    kept_tokens out;
    out.access_token = secret(std::string(trim(read_file(settings.access_token_file))));
    out.document = secret(read_file(settings.api_key_file));
    return out;
}

result<void> make_token_folder(const copilot_settings& settings) {
    return make_folder(settings.folder);
}

result<void> write_token_file(const copilot_settings& settings, const fs::path& file,
                              const secret& text) {
    auto made = make_folder(settings.folder);
    if (!made) {
        return made;
    }
    std::string draft = file.string() + ".XXXXXX";
    descriptor to(::mkostemp(draft.data(), O_CLOEXEC)); // with mode 0600
    if (!to.is_open()) {
        return failure(file, errno);
    }
    const bool written = write_all(to.get(), text.reveal()) && ::fsync(to.get()) == 0 && to.close();
    if (!written || ::rename(draft.c_str(), file.c_str()) != 0) {
        const int why = errno;
        ::unlink(draft.c_str());
        return failure(file, why);
    }
    return {};
}

result<bool> remove_token_files(const copilot_settings& settings) {
    bool removed = false;
    for (const fs::path& file : {settings.access_token_file, settings.api_key_file}) {
        if (::unlink(file.c_str()) == 0) {
            removed = true;
        } else if (errno != ENOENT && errno != ENOTDIR) {
            return failure(file, errno);
        }
    }
    return removed;
}

} // namespace llm_proxy::login
