using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Socorro.Signatures;
using Socorro.Signatures.Frames;
using Socorro.Signatures.Lists;
using StackFrame = Socorro.Signatures.StackFrame;

namespace Socorro.Tests.Signatures;

/// <summary>What holds for every input, tried with seeded random ones.</summary>
public sealed class SignaturePropertyTests
{
    static readonly SignatureGenerator[] Generators =
        [new(SignatureLists.BuiltIn), new(SignatureLists.BuiltIn, SignatureMode.Compatible)];

    static readonly string[] Pieces =
    [
        "<", ">", "(", ")", "[", "]", "{", "}", "`", "'", " ", "  ", "::", "&", "*", ",", "~", "-", "->", "=", "|", "#", "$_1",
        "operator", "const", " const", "noexcept", "[clone .cold", "(anonymous namespace)", "IPC::ParamTraits", " as ", " in ",
        "impl ", " for ", "::h0a", "{{closure}}", "closure #1 ", " in ", "Swift.", "-[", "_block_invoke", ".(*T)", "`1[[", ">b__1",
        "LazyCompile:*", "(1) await ", "(extension in a):", "inner #1 ", "(a: ", " throws -> ", ".func1", "-range1", "<Main>$", "A!",
        "<a>d__1", " (eval at ", " [as a]", ":wasm-function[1]:0x1", "foo", "Bar", "int", "void ", "\t", "\n", "\0", "é", "\ud83d", "\ude00", "\u2028", "x.dll", "a.b/c.D",
    ];

    static readonly string?[] Files = [null, "a.cpp", "/a.rs", "a.swift", "a.go", "a.cs", "a.js", "a.m", "::::", "c:", ""];

    [Fact]
    public void Any_frames_make_a_signature_of_printable_ascii_and_at_most_255_characters()
    {
        var random = new Random(20_250_101);
        for (var i = 0; i < 1_500; i++)
        {
            var crash = new CrashData
            {
                CrashingThread = 0,
                Threads = [new([.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => RandomFrame(random))])],
                AbortMessage = random.Next(8) == 0 ? RandomText(random) : null,
                JavaStackTrace = random.Next(8) == 0 ? RandomText(random) : null,
                JavaScriptStackTrace = random.Next(8) == 0 ? $"{RandomText(random)}\n at {RandomText(random)}" : null,
                IpcMessageName = random.Next(8) == 0 ? RandomText(random) : null,
            };
            foreach (var generator in Generators)
                AssertWellFormed(generator.Generate(crash), JsonSerializer.Serialize(crash));
        }
    }

    [Fact]
    public void Crash_data_of_any_shape_make_a_signature()
    {
        var random = new Random(20_250_102);
        string[] names =
        [
            "os", "crashing_thread", "reason", "threads", "frames", "function", "module", "file", "line", "inlines", "offset",
            "unloaded_modules", "last_error_value", "java_stack_trace", "java_exception", "exception", "values", "stacktrace",
            "type", "filename", "oom_allocation_size", "abort_message", "async_shutdown_timeout", "conditions", "phase", "hang",
            "ipc_channel_error", "ipc_message_name", "mdsw_status_string", "additional_minidumps", "json_dump", "crash_info",
        ];
        for (var i = 0; i < 1_500; i++)
        {
            var json = JsonSerializer.SerializeToElement(RandomObject(random, names, 0));
            foreach (var generator in Generators)
                AssertWellFormed(generator.Generate(CrashDataReader.Read(json)), json.GetRawText());
        }
    }

    /// <summary>Spelling is a fixed point for every function of the conformance cases in the language that it is in.</summary>
    [Fact]
    public void A_spelled_function_is_spelled_as_it_is()
    {
        var normalizer = new FrameNormalizer(new([]), SignatureMode.Corrected);
        foreach (var row in SignatureCase.All.Where(row => row.Operation is "normalize_cpp_function" or "normalize_rust_function"))
        {
            var language = row.Operation == "normalize_rust_function" ? FrameLanguage.Rust : FrameLanguage.Cpp;
            var once = row.Run(SignatureMode.Corrected)!.GetValue<string>();

            Assert.Equal(once, normalizer.Normalize(once, null, language));
        }
    }

    [Theory]
    [InlineData("<")]
    [InlineData("(")]
    [InlineData("<(")]
    [InlineData("`")]
    [InlineData("a b")]
    [InlineData(" const")]
    [InlineData(" &")]
    [InlineData(".cold")]
    [InlineData(" [clone .cold]")]
    [InlineData("operator<")]
    [InlineData("x::operator()()::")]
    [InlineData(" (*a(")]
    [InlineData("IPC::ParamTraits<")]
    [InlineData("<a as <")]
    [InlineData("::$_1")]
    [InlineData("::h0")]
    [InlineData("closure #1 in ")]
    [InlineData("Swift.a -> ")]
    [InlineData("a/b.c")]
    [InlineData("System.a`1[[")]
    [InlineData("__1_block_invoke_2")]
    [InlineData("LazyCompile:*a:1:1")]
    [InlineData("@0123456789")]
    [InlineData("(1) await resume partial function for ")]
    [InlineData("(extension in a):")]
    [InlineData("merged ")]
    [InlineData("inner #1 in ")]
    [InlineData("(a: ")]
    [InlineData(") async throws -> ")]
    [InlineData(".func1.1")]
    [InlineData("main.a-range1")]
    [InlineData("a.init.0")]
    [InlineData("+<>c__DisplayClass1")]
    [InlineData("+<<a>b__1>d")]
    [InlineData("A!a::b<Main>$")]
    [InlineData("invocation function for block in ")]
    [InlineData("x:wasm-function[1]:0x1")]
    [InlineData("f [as a] (eval at ")]
    [InlineData("-a1b2c3d4")]
    [InlineData("at f (a.js:1:2)\n")]
    public void A_hundred_kilobytes_of_anything_take_no_time(string piece)
    {
        var text = string.Concat(Enumerable.Repeat(piece, 100_000 / piece.Length));
        var crash = new CrashData
        {
            CrashingThread = 0,
            Threads = [new([.. Files.Select(file => new StackFrame { Function = text, File = file })])],
            AbortMessage = text,
        };
        var watch = Stopwatch.StartNew();
        foreach (var generator in Generators)
        {
            AssertWellFormed(generator.Generate(crash), piece);
            AssertWellFormed(generator.Generate(crash with { JavaStackTrace = text }), piece);
            AssertWellFormed(generator.Generate(new() { JavaScriptStackTrace = text }), piece);
        }

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"{watch.Elapsed} for 48 stacks of {piece}");
    }

    static void AssertWellFormed(Signature signature, string input)
    {
        Assert.True(signature.Text.Length <= 255, input);
        Assert.True(signature.Text.All(c => c is >= ' ' and <= '~'), input);
        Assert.True(signature.Text.Trim() == signature.Text && !signature.Text.Contains("  ", StringComparison.Ordinal), input);
    }

    static StackFrame RandomFrame(Random random) => new()
    {
        Function = random.Next(5) == 0 ? null : RandomText(random),
        File = Files[random.Next(Files.Length)],
        Line = random.Next(2) == 0 ? null : "17",
        Module = random.Next(2) == 0 ? null : RandomText(random),
        Offset = random.Next(2) == 0 ? null : RandomText(random),
        UnloadedModules = random.Next(5) == 0 ? [null] : [],
    };

    static string RandomText(Random random) =>
        string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => Pieces[random.Next(Pieces.Length)]));

    static JsonNode? RandomObject(Random random, string[] names, int depth)
    {
        if (depth > 5)
            return null;

        return random.Next(depth == 0 ? 1 : 8) switch
        {
            0 => new JsonObject(Enumerable.Range(0, random.Next(8)).Select(_ => names[random.Next(names.Length)]).Distinct()
                .Select(name => KeyValuePair.Create(name, RandomObject(random, names, depth + 1)))),
            1 or 2 => new JsonArray([.. Enumerable.Range(0, random.Next(4)).Select(_ => RandomObject(random, names, depth + 1))]),
            3 => JsonValue.Create(random.Next(-3, 5)),
            4 => JsonValue.Create(random.NextDouble() * 1e20),
            5 => JsonValue.Create(random.Next(2) == 0),
            6 => null,
            _ => JsonValue.Create(RandomText(random)),
        };
    }
}
