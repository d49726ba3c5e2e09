using System.Text.Json;
using Socorro.Signatures;
using Socorro.Signatures.Frames;
using Socorro.Signatures.Lists;
using Socorro.Signatures.Rules;

namespace Socorro.Tests.Signatures;

/// <summary>Compatible signatures equal Socorro's, case by case.</summary>
public sealed class CompatibleSignatureTests
{
    /// <summary>Not signatures: we read what Socorro's command line refuses.</summary>
    static readonly Dictionary<string, string> Deviations = new()
    {
        ["crashid/http://h/report/index/0b794045-87ec-4649-9ce1-73ec10191120/"] = "\"0b794045-87ec-4649-9ce1-73ec10191120\"",
        ["crashid/https://h/report/index/bp-0b794045-87ec-4649-9ce1-73ec10191120"] = "\"0b794045-87ec-4649-9ce1-73ec10191120\"",
    };

    [Theory]
    [InlineData("""{"threads":[null]}""", "SignatureGenerationRule: Rule failed: 'NoneType' object has no attribute 'get'")]
    [InlineData("""{"threads":[{"frames":null}]}""", "SignatureGenerationRule: Rule failed: 'NoneType' object is not iterable")]
    [InlineData("""{"threads":[{"frames":[5]}]}""", "SignatureGenerationRule: Rule failed: 'int' object has no attribute 'get'")]
    [InlineData("""{"reason":5}""", "BadHardware: Rule failed: argument of type 'int' is not iterable")]
    [InlineData("""{"abort_message":1.5}""", "AbortSignature: Rule failed: argument of type 'float' is not iterable")]
    [InlineData("""{"ipc_channel_error":true}""", "SignatureIPCChannelError: Rule failed: 'bool' object is not subscriptable")]
    [InlineData("""{"async_shutdown_timeout":"[]"}""", "SignatureShutdownTimeout: Rule failed: 'list' object has no attribute 'get'")]
    public void Fails_over_wrong_types_as_Socorro_does(string crash, string note)
    {
        var signature = new SignatureGenerator(SignatureLists.From(), SignatureMode.Compatible)
            .Generate(CrashDataReader.Read(JsonDocument.Parse(crash).RootElement));

        Assert.Contains(note, signature.Notes);
    }

    /// <summary>Sizes that clients write as no client should; large is more than 262,144.</summary>
    [Theory]
    [InlineData("\"262144\"", "OOM | small")]
    [InlineData("262145", "OOM | large | foo")]
    [InlineData("\" +300_000 \"", "OOM | large | foo")]
    [InlineData("\"99999999999999999999999999\"", "OOM | large | foo")]
    [InlineData("99999999999999999999999999", "OOM | large | foo")]
    [InlineData("-99999999999999999999999999", "OOM | small")]
    [InlineData("\"\\u0661\\u0660\\u0660\\u0660\\u0660\\u0660\\u0660\"", "OOM | large | foo")]
    [InlineData("\"-_5\"", "OOM | unknown | foo")]
    [InlineData("\"5__0\"", "OOM | unknown | foo")]
    [InlineData("\"0x10\"", "OOM | unknown | foo")]
    [InlineData("\"\\u00b2\"", "OOM | unknown | foo")]
    [InlineData("true", "OOM | small")]
    [InlineData("0", "foo")]
    [InlineData("null", "foo")]
    public void Reads_numbers_as_Python_does(string size, string expected) =>
        Assert.Equal(
            expected,
            Sign($$"""{"oom_allocation_size":{{size}},"crashing_thread":0,"threads":[{"frames":[{"function":"foo"}]}]}"""));

    /// <summary>Statements of the algorithm that a port gets wrong, each with an example of our own.</summary>
    [Theory]
    [InlineData("a::b const &", "a::b")]
    [InlineData("a::b(int) const const", "const")]
    [InlineData("A<B<C>, D>::operator()(int)", "A<T>::operator()")]
    [InlineData("A::operator<(B const&)", "A::operator<")]
    [InlineData("A::operator<<<int>(B)", "A::operator<<<int>")]
    [InlineData("ns::f<a as b>(int)", "ns::f<a as b>")]
    [InlineData("`anonymous namespace'::f(int)", "(anonymous namespace)::f")]
    [InlineData("S::$_7::operator()", "S::$::operator()")]
    [InlineData("S::$_7", "S::$_7")]
    [InlineData("f(a , b", "f")]
    [InlineData("f) (g", "f) ")]
    [InlineData("int\tf(int)", "int\tf")]
    [InlineData("T[int ]::g ,h", ", h")]
    public void Spells_functions_of_Cpp_as_Socorro_does(string function, string expected) =>
        Assert.Equal(expected, new FrameNormalizer(new([]), SignatureMode.Compatible).Normalize(function, null, FrameLanguage.Cpp));

    [Theory]
    [InlineData("", "Expecting value: line 1 column 1 (char 0)")]
    [InlineData("nope", "Expecting value: line 1 column 1 (char 0)")]
    [InlineData("{\"a\":1}x", "Extra data: line 1 column 8 (char 7)")]
    [InlineData("{\"a\" 1}", "Expecting ':' delimiter: line 1 column 6 (char 5)")]
    [InlineData("[1 2]", "Expecting ',' delimiter: line 1 column 4 (char 3)")]
    [InlineData("{\"a\":\n", "Expecting value: line 2 column 1 (char 6)")]
    [InlineData("{'a':1}", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)")]
    [InlineData("\"abc", "Unterminated string starting at: line 1 column 1 (char 0)")]
    [InlineData("\"a\\x\"", "Invalid \\escape: line 1 column 3 (char 2)")]
    [InlineData("\"a\\u12g4\"", "Invalid \\uXXXX escape: line 1 column 4 (char 3)")]
    [InlineData("\"a\tb\"", "Invalid control character at: line 1 column 3 (char 2)")]
    [InlineData("[1.5e3, -0, NaN, tru]", "Expecting value: line 1 column 18 (char 17)")]
    [InlineData("[01]", "Expecting ',' delimiter: line 1 column 3 (char 2)")]
    public void Complains_about_JSON_as_Python_does(string json, string complaint) =>
        Assert.Equal(complaint, JsonComplaint.Of(json));

    static string Sign(string crash) => new SignatureGenerator(SignatureLists.From(), SignatureMode.Compatible)
        .Generate(CrashDataReader.Read(System.Text.Encoding.UTF8.GetBytes(crash))).Text;

    public static IEnumerable<TheoryDataRow<int, string>> Rows() => Rows(SignatureCase.All);

    public static IEnumerable<TheoryDataRow<int, string>> OwnRows() => Rows(SignatureCase.Own);

    static IEnumerable<TheoryDataRow<int, string>> Rows(IReadOnlyList<SignatureCase> cases) => cases.Select((row, i) =>
        new TheoryDataRow<int, string>(i, row.Name)
        {
            Skip = row.NeedsForeignLists ? "needs Mozilla's own lists, which do not come with Socorro for C#" : null,
        });

    [Theory]
    [MemberData(nameof(Rows))]
    public void Answers_as_Socorro_does(int index, string name) =>
        SignatureCase.All[index].Check(SignatureMode.Compatible, Deviations.GetValueOrDefault(name));

    [Theory]
    [MemberData(nameof(OwnRows))]
    public void Answers_cases_of_our_own_as_Socorro_does(int index, string name) =>
        SignatureCase.Own[index].Check(SignatureMode.Compatible, Deviations.GetValueOrDefault(name));
}
