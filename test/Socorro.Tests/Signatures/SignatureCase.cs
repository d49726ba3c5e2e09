using System.Text.Json;
using System.Text.Json.Nodes;
using Socorro.Cli;
using Socorro.Signatures;
using Socorro.Signatures.Frames;
using Socorro.Signatures.Exceptions;
using Socorro.Signatures.Lists;
using Socorro.Signatures.Rules;

namespace Socorro.Tests.Signatures;

/// <summary>One conformance case: an operation of Socorro's signature code, its input and what it answered.</summary>
sealed class SignatureCase(JsonElement row)
{
    static readonly Lazy<SignatureCase[]> Cases = new(() => Read(SharedData.Path("cases", "signatures.json")));

    static readonly Lazy<SignatureCase[]> OwnCases = new(() =>
        Read(Path.Combine(Checkout.Root, "test", "Socorro.Tests", "Signatures", "cases.json")));

    /// <summary>What <c>"lists": "sample"</c> stands for.</summary>
    static readonly Dictionary<string, string> SampleLists = new()
    {
        [Layer.Irrelevant] = "ignored_\nabort_internal$\n@0x[0-9a-f]{2,}",
        [Layer.Prefix] = "malloc\n.*free\npfx\nlibc\\.so\na\\.dll\nXUL$\n<name omitted>\n<unknown in\n\\(unloaded",
        [Layer.LineNumbers] = "interp_loop\neval\\b",
        [Layer.Sentinels] = "panic_entry\n{\"frame\": \"cond_entry\", \"only_if_stack_contains\": \"witness\"}",
    };

    readonly JsonElement _input = row.GetProperty("input");

    /// <summary>The conformance cases.</summary>
    public static IReadOnlyList<SignatureCase> All => Cases.Value;

    /// <summary>Cases of our own, in the same form, for what those leave out.</summary>
    public static IReadOnlyList<SignatureCase> Own => OwnCases.Value;

    public string Name { get; } = row.GetProperty("name").GetString()!;

    public string Operation => _input.GetProperty("op").GetString()!;

    public JsonElement Expected { get; } = row.GetProperty("expected");

    public bool NeedsForeignLists => _input.TextOf("lists") == "mozilla";

    public CrashData Crash => CrashDataReader.Read(_input.GetProperty("crash_data"));

    /// <summary>Fails with all there is to know when the answer is another than was expected.</summary>
    public void Check(SignatureMode mode, string? expected)
    {
        var answer = Run(mode);
        var wanted = JsonNode.Parse(expected ?? Expected.GetRawText());

        Assert.True(Accepts(answer, wanted), $"{Name}\nexpected {wanted}\nbut was {answer?.ToJsonString()}\nfor {this}");
    }

    /// <summary>What we answer.</summary>
    public JsonNode? Run(SignatureMode mode)
    {
        var generator = new SignatureGenerator(Lists(), mode);
        return Operation switch
        {
            "normalize_cpp_function" => Normalize(generator, FrameLanguage.Cpp),
            "normalize_rust_function" => Normalize(generator, FrameLanguage.Rust),
            "normalize_frame" => generator.Stack.Normalizer.Normalize(FrameEntry.Of(Thread([_input]), false).Single()),
            "create_frame_list" => ListFrames(generator),
            "fix_missing_module" => FixFrame(),
            "generate_from_frames" => Generate(generator),
            "pipeline" => Describe(generator.Generate(Crash)),
            "rule_action" => Apply(generator, mode),
            "rule_predicate" => Rule(generator).Applies(Crash, Draft(mode)),
            "java_stack_trace_signature" => Describe(JavaStackSignature.Of(
                _input.GetProperty("java_stack_trace") is { ValueKind: JsonValueKind.String } trace ? trace.GetString()! : "",
                mode == SignatureMode.Compatible,
                _input.TextOf("delimiter")!)),
            "java_exception_signature" => Describe(JavaExceptionSignature.Of(ReadException())),
            "java_exception_frame" => JavaExceptionSignature.Describe(ReadJavaFrame()),
            "collapse_types" => Brackets.CollapseTypes(Text("function")!, mode),
            "collapse_arguments" => Brackets.CollapseArguments(Text("function")!),
            "drop_prefix_and_return_type" => Declaration.LastWord(Text("function")!),
            "find_enclosed_slices" => FindEnclosed(),
            "parse_source_file" => SourceFile.TryFindPath(Text("file"), out var path) ? path.ToString() : null,
            "parse_crashid" => CrashReference.TryParse(Text("text")!, out var id) ? id.ToString() : null,
            "strip_leading_zeros" => _input.GetProperty("text") is { ValueKind: JsonValueKind.String } number
                ? PythonText.WithoutLeadingZeros(number.GetString()!)
                : JsonNode.Parse(_input.GetProperty("text").GetRawText()),
            "drop_bad_characters" => PrintableRule.Clean(Text("text")!),
            "int_or_none" => PythonText.TryParseInteger(Text("value"), out var integer) ? (int)integer : null,
            "get_crashing_thread" => (int)(Crash.CrashingThread ?? 0),
            _ => throw new InvalidOperationException($"no such operation: {Operation}"),
        };
    }

    /// <summary>Only the part of the answer that the case is about counts.</summary>
    static bool Accepts(JsonNode? answer, JsonNode? expected) => expected is JsonObject wanted
        ? wanted.All(member => JsonNode.DeepEquals((answer as JsonObject)?[member.Key], member.Value))
        : JsonNode.DeepEquals(answer, expected);

    public override string ToString() => $"{Name} {_input}";

    SignatureLists Lists()
    {
        if (_input.TextOf("lists") == "sample")
            return SignatureLists.From(new Layer("sample", SampleLists));

        var lists = _input.Member("lists");
        string Lines(string name) => string.Join('\n', lists.Member(name).Items().Select(entry =>
            entry.ValueKind == JsonValueKind.String ? entry.GetString() : JsonSerializer.Serialize(entry)));
        return SignatureLists.From(new Layer("case", new Dictionary<string, string>
        {
            [Layer.Irrelevant] = Lines("irrelevant"),
            [Layer.Prefix] = Lines("prefix"),
            [Layer.LineNumbers] = Lines("line_numbers"),
            [Layer.Sentinels] = Lines("sentinels"),
        }));
    }

    static SignatureCase[] Read(string file) =>
        [.. JsonDocument.Parse(File.ReadAllBytes(file)).RootElement.EnumerateArray().Select(row => new SignatureCase(row))];

    string? Text(string name) => _input.GetProperty(name).Text();

    string Normalize(SignatureGenerator generator, FrameLanguage language) =>
        generator.Stack.Normalizer.Normalize(Text("function")!, _input.Member("line").Text(), language);

    JsonArray ListFrames(SignatureGenerator generator) => new([.. generator.Stack
        .ReadFrames(Thread(_input.Member("thread").Member("frames").Items()), _input.Member("lower_case_modules").IsTruthy(), 40)
        .Select(frame => JsonValue.Create(frame.Text))]);

    /// <summary>Through the reader, as the frames of a crash come.</summary>
    static StackThread Thread(IEnumerable<JsonElement> frames)
    {
        var crash = new JsonObject
        {
            ["threads"] = new JsonArray(new JsonObject
            {
                ["frames"] = new JsonArray([.. frames.Select(frame => JsonNode.Parse(frame.GetRawText()))]),
            }),
        };
        return CrashDataReader.Read(JsonSerializer.SerializeToElement(crash)).Threads[0];
    }

    JsonObject FixFrame()
    {
        var frame = JsonNode.Parse(_input.GetProperty("frame").GetRawText())!.AsObject();
        if (SourceFile.WithRustModule(frame["function"]?.GetValue<string>(), frame["file"]?.GetValue<string>()) is { } function)
            frame["function"] = function;

        return frame;
    }

    JsonObject Generate(SignatureGenerator generator)
    {
        var (text, notes, _) = generator.Stack.Generate(
            [.. _input.GetProperty("frames").EnumerateArray().Select(frame => generator.Stack.Classify(frame.GetString()!))],
            _input.GetProperty("crashing_thread") is { ValueKind: JsonValueKind.Number } number ? number.GetInt64() : null,
            debug: null,
            _input.TextOf("delimiter") ?? " | ");
        return Describe((text, notes));
    }

    SignatureRule Rule(SignatureGenerator generator) => generator.Rules.Single(rule => rule.Name == Text("rule"));

    SignatureDraft Draft(SignatureMode mode)
    {
        var draft = new SignatureDraft(mode);
        draft.Start("", Text("signature")!);
        return draft;
    }

    JsonObject Apply(SignatureGenerator generator, SignatureMode mode)
    {
        var draft = Draft(mode);
        Rule(generator).Apply(Crash, draft);
        var answer = Describe((draft.Text, draft.Notes));
        answer["proto_signature"] = draft.ProtoSignature;
        return answer;
    }

    JsonArray FindEnclosed()
    {
        var text = Text("text")!;
        var found = new JsonArray();
        var position = 0;
        while (Brackets.TryFindEnclosed(text, position, Text("open")![0], Text("close")![0], out var start, out position))
            found.Add(new JsonArray(start, position));

        return found;
    }

    JavaThrowable ReadException()
    {
        var crash = new JsonObject { ["java_exception"] = JsonNode.Parse(_input.GetProperty("java_exception").GetRawText()) };
        return CrashDataReader.Read(JsonSerializer.SerializeToElement(crash)).JavaException ?? JavaThrowable.Unreadable;
    }

    JavaFrame ReadJavaFrame()
    {
        var frame = _input.GetProperty("frame");
        return new(frame.TextOf("module"), frame.TextOf("function"), frame.TextOf("filename"));
    }

    static JsonObject Describe(Signature signature)
    {
        var answer = Describe((signature.Text, signature.Notes));
        answer["proto_signature"] = signature.ProtoSignature;
        return answer;
    }

    static JsonObject Describe((string Text, IReadOnlyList<string> Notes) signature) => new()
    {
        ["signature"] = signature.Text,
        ["notes"] = new JsonArray([.. signature.Notes.Select(note => JsonValue.Create(note))]),
    };
}
