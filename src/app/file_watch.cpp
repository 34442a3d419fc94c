#include "llm_proxy/app/file_watch.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <set>
#include <string_view>
#include <sys/inotify.h>

namespace llm_proxy::app {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::chrono::milliseconds settle{150};
constexpr std::uint32_t interesting =
    IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF;

} // namespace

struct file_watch::state : std::enable_shared_from_this<file_watch::state> {
    state(asio::io_context& context, std::function<void()> f)
        : descriptor(context), pause(context), on_change(std::move(f)) {}

    /// The descriptor stays open: what changes while a configuration is being read is told after.
    void watch(const std::vector<std::string>& files) {
        names.clear();
        own.clear();
        if (!open()) {
            return; // no watch; SIGHUP still reloads
        }
        const int fd = descriptor.native_handle();
        for (const std::string& file : files) {
            const std::filesystem::path path = std::filesystem::absolute(file);
            names.insert(path.filename().string());
            // The folder tells of a file that is replaced, the file of one that is bind-mounted.
            ::inotify_add_watch(fd, path.parent_path().c_str(), interesting);
            own.insert(::inotify_add_watch(fd, path.c_str(), IN_CLOSE_WRITE));
        }
    }

    bool open() {
        if (descriptor.is_open()) {
            return true;
        }
        const int fd = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
        if (fd < 0) {
            return false;
        }
        descriptor.assign(fd);
        read();
        return true;
    }

    void read() {
        descriptor.async_read_some(asio::buffer(buffer),
                                   [self = shared_from_this()](error_code ec, std::size_t size) {
                                       if (!ec) {
                                           self->take(size);
                                           self->read();
                                       }
                                   });
    }

    void take(std::size_t size) {
        for (std::size_t at = 0; at + sizeof(inotify_event) <= size;) {
            inotify_event event{};
            std::memcpy(&event, buffer.data() + at, sizeof(event));
            const char* name = buffer.data() + at + sizeof(event);
            if (event.len == 0 ? own.contains(event.wd) : names.contains(std::string(name))) {
                schedule();
            }
            at += sizeof(event) + event.len;
        }
    }

    void schedule() {
        pause.expires_after(settle);
        pause.async_wait([self = shared_from_this()](error_code ec) {
            if (!ec && self->on_change) {
                self->on_change();
            }
        });
    }

    asio::posix::stream_descriptor descriptor;
    asio::steady_timer pause;
    std::function<void()> on_change;
    std::set<std::string> names;
    std::set<int> own; // watches of the files themselves; those of former files may still be told
    std::array<char, 4096> buffer{};
};

file_watch::file_watch(asio::io_context& context, std::function<void()> on_change)
    : state_(std::make_shared<state>(context, std::move(on_change))) {}

file_watch::~file_watch() {
    stop();
}

void file_watch::watch(const std::vector<std::string>& files) {
    state_->watch(files);
}

void file_watch::stop() {
    error_code ignored;
    state_->on_change = nullptr;
    state_->descriptor.close(ignored);
    state_->pause.cancel();
}

} // namespace llm_proxy::app
