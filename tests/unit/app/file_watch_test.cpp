#include "llm_proxy/app/file_watch.hpp"

#include <gtest/gtest.h>

#include "app/temporary_folder.hpp"

namespace llm_proxy::app {
namespace file_watch_test {

class file_watch_test : public testing::Test {
protected:
    file_watch_test() {
        folder.write("config.yaml", "old");
        folder.write("other.yaml", "old");
    }

    /// Runs until so many changes were told, for ten seconds at most.
    bool told(int count) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        context.restart();
        while (changes < count && context.run_one_until(end) > 0) {
        }
        return changes == count;
    }

    test::temporary_folder folder;
    boost::asio::io_context context{1};
    int changes = 0;
    file_watch watch{context, [this] { ++changes; }};
};

TEST_F(file_watch_test, tells_of_a_file_written_in_place) {
    watch.watch({folder.path("config.yaml")});
    folder.write("config.yaml", "new");
    EXPECT_TRUE(told(1));
    folder.write("config.yaml", "newer");
    EXPECT_TRUE(told(2));
}

TEST_F(file_watch_test, tells_of_a_file_replaced_by_renaming) {
    watch.watch({folder.path("config.yaml")});
    for (int i = 1; i <= 2; ++i) {
        folder.write("config.yaml.new", "new");
        folder.rename("config.yaml.new", "config.yaml");
        EXPECT_TRUE(told(i));
    }
}

TEST_F(file_watch_test, tells_of_a_file_that_appears) {
    watch.watch({folder.path("late.yaml")});
    folder.write("late.yaml", "new");
    EXPECT_TRUE(told(1));
}

TEST_F(file_watch_test, tells_of_any_of_several_files) {
    const test::temporary_folder elsewhere;
    elsewhere.write("included.yaml", "old");
    watch.watch({folder.path("config.yaml"), elsewhere.path("included.yaml")});
    elsewhere.write("included.yaml", "new");
    EXPECT_TRUE(told(1));
    folder.write("config.yaml", "new");
    EXPECT_TRUE(told(2));
}

TEST_F(file_watch_test, writes_that_follow_at_once_are_told_together) {
    watch.watch({folder.path("config.yaml")});
    for (int i = 0; i < 20; ++i) {
        folder.write("config.yaml", std::to_string(i));
        context.poll();
    }
    EXPECT_TRUE(told(1));
    folder.write("config.yaml", "again");
    EXPECT_TRUE(told(2)); // not a third one left over from the first twenty
}

/// Writes a file until another watch told of it twice: by then the tested one would have told too.
class unmoved_watch_test : public file_watch_test {
protected:
    void write_unwatched(const std::string& name) {
        int others = 0;
        file_watch second(context, [&] { ++others; });
        second.watch({folder.path(name)});
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        for (int round = 1; round <= 2; ++round) {
            folder.write(name, "new");
            while (others < round && context.run_one_until(end) > 0) {
            }
            EXPECT_EQ(others, round);
        }
    }
};

TEST_F(unmoved_watch_test, other_files_of_the_folder_do_not_matter) {
    watch.watch({folder.path("config.yaml")});
    folder.write("config.yaml~", "new");
    write_unwatched("other.yaml");
    EXPECT_EQ(changes, 0);
}

TEST_F(unmoved_watch_test, watches_new_files_instead_of_the_old_ones) {
    watch.watch({folder.path("config.yaml")});
    watch.watch({folder.path("other.yaml")});
    write_unwatched("config.yaml");
    EXPECT_EQ(changes, 0);
    folder.write("other.yaml", "new");
    EXPECT_TRUE(told(1));
}

TEST_F(file_watch_test, a_stopped_watch_leaves_the_loop_empty) {
    watch.watch({folder.path("config.yaml")});
    folder.write("config.yaml", "new");
    watch.stop();
    context.run();
    EXPECT_EQ(changes, 0);
}

TEST_F(file_watch_test, may_be_watched_anew_by_what_it_calls) {
    int calls = 0;
    std::unique_ptr<file_watch> self;
    self = std::make_unique<file_watch>(context, [&] {
        ++calls;
        self->watch({folder.path("config.yaml")});
    });
    self->watch({folder.path("config.yaml")});
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    for (int round = 1; round <= 2; ++round) {
        folder.write("config.yaml", "new");
        while (calls < round && context.run_one_until(end) > 0) {
        }
        EXPECT_EQ(calls, round);
    }
}

} // namespace file_watch_test
} // namespace llm_proxy::app
