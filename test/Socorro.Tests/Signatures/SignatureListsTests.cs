using Socorro.Signatures;
using Socorro.Signatures.Lists;

namespace Socorro.Tests.Signatures;

public sealed class SignatureListsTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("lists").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Reads_the_four_files_of_a_folder_and_skips_what_is_for_people()
    {
        Write("irrelevant.txt", "# wait\r\n\r\n  raise$  \r\nwait\r\n");
        Write("sentinels.txt", "panic\n{\"frame\": \"a.b\", \"only_if_stack_contains\": \"c\"}\n{virtual override thunk}\n");

        var lists = SignatureLists.Load(_folder);

        Assert.Equal(["raise$", "wait"], lists.Irrelevant.Entries);
        Assert.True(lists.Irrelevant.Matches("wait_long"));
        Assert.False(lists.Irrelevant.Matches("raise_all"));
        Assert.False(lists.Irrelevant.Matches("do_wait"));
        Assert.False(lists.Prefix.Matches(""));
        Assert.Equal(["c"], lists.Sentinels["a.b"]);
        Assert.Equal([null], lists.Sentinels["{virtual override thunk}"]);
    }

    [Fact]
    public void Names_every_wrong_entry_by_file_and_line_at_once()
    {
        Write("irrelevant.txt", "good\n(bad\n(?!lookahead)\n");
        Write("prefix.txt", "# comment\n[also bad\n!not there\n");
        Write("sentinels.txt", "{\"fram\": 1}\n");

        var e = Assert.Throws<SignatureListException>(() => SignatureLists.Load(_folder));

        Assert.Equal(
            [("irrelevant.txt", 2), ("irrelevant.txt", 3), ("prefix.txt", 2), ("prefix.txt", 3), ("sentinels.txt", 1)],
            e.Problems.Select(problem => (Path.GetFileName(problem.File), problem.Line)));
        Assert.Contains($"{Path.Combine(_folder, "prefix.txt")}:3: ", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_later_layer_adds_entries_and_takes_others_back()
    {
        var product = new Layer("product", new Dictionary<string, string> { [Layer.Prefix] = "a\nb" });
        var ours = new Layer("operator", new Dictionary<string, string> { [Layer.Prefix] = "!a\nc" });

        Assert.Equal(["b", "c"], SignatureLists.From(product, ours).Prefix.Entries);
    }

    [Fact]
    public void The_version_changes_with_the_entries_and_not_with_the_comments()
    {
        static string Version(string prefix) =>
            SignatureLists.From(new Layer("test", new Dictionary<string, string> { [Layer.Prefix] = prefix })).Version;

        Assert.Matches(@"\A[0-9a-f]{12}\z", Version("a"));
        Assert.Equal(Version("a\nb"), Version("# a comment\na\n\nb\n"));
        Assert.NotEqual(Version("a"), Version("b"));
    }

    [Fact]
    public void Lists_that_are_too_much_together_are_named_as_a_mistake()
    {
        var entry = string.Concat(Enumerable.Repeat("[ab]{60}", 20));
        Write("prefix.txt", string.Join('\n', Enumerable.Range(0, 100).Select(i => $"{entry}{i}")));

        Assert.Throws<SignatureListException>(() => SignatureLists.Load(_folder));
    }

    [Fact]
    public void The_lists_that_come_with_Socorro_are_valid_and_leave_an_ordinary_function_alone()
    {
        var lists = SignatureLists.BuiltIn;

        Assert.All(
            ["main", "app::Store::load", "Worker::Run", "foo", "stringify", "process_free_list_now", "std_main", "a | b"],
            frame => Assert.False(lists.Irrelevant.Matches(frame) || lists.Prefix.Matches(frame), frame));
    }

    [Theory]
    [InlineData("abort | app::run", "__pthread_kill_implementation", "raise", "abort", "app::run()")]
    [InlineData("abort | __assert_fail | app::run", "raise", "abort", "__assert_fail_base", "__assert_fail", "app::run()")]
    [InlineData("abort | free | app::~app", "abort", "__libc_message", "malloc_printerr", "_int_free", "free", "app::~app()")]
    [InlineData("__memmove_avx_unaligned_erms | app::copy", "__memmove_avx_unaligned_erms", "app::copy(char*)")]
    [InlineData("app::run", "rust_panic", "std::panicking::rust_panic_with_hook", "core::panicking::panic_fmt", "app::run")]
    [InlineData("app::run", "RtlRaiseException", "RaiseException", "_CxxThrowException", "app::run()")]
    [InlineData("app::run", "logger::flush", "on_signal(int)", "__restore_rt", "app::run()")]
    [InlineData("objc_msgSend | -[View draw]", "objc_msgSend", "-[View draw]")]
    [InlineData("std::vector<T>::push_back | app::run", "std::vector<int>::push_back(int&&)", "app::run()")]
    [InlineData("main.handle", "runtime.raise", "runtime.gopanic", "runtime.sigpanic", "main.handle")]
    public void Chooses_the_frames_that_name_a_crash(string expected, params string[] functions)
    {
        var crash = new CrashData
        {
            CrashingThread = 0,
            Threads = [new([.. functions.Select(function => new StackFrame { Function = function })])],
        };

        Assert.Equal(expected, new SignatureGenerator(SignatureLists.BuiltIn).Generate(crash).Text);
    }

    void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder, name), text);
}
