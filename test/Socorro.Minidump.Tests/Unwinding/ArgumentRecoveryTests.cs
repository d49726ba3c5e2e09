using Socorro.Minidumps.Unwinding;

namespace Socorro.Minidumps.Tests.Unwinding;

public sealed class ArgumentRecoveryTests
{
    [Theory]
    [InlineData("f(int, char const*)", "int|char const*")]
    [InlineData("f()", "")]
    [InlineData("f(void)", "")]
    [InlineData("a::b<int, int>::f(std::map<int, int>, void (*)(int, int), int (&) [3]) const", "std::map<int, int>|void (*)(int, int)|int (&) [3]")]
    [InlineData("operator()(int)", "int")]
    [InlineData("(anonymous namespace)::f(x)", "x")]
    [InlineData("f(a->b, c)", "a->b|c")]
    public void Splits_the_list_of_a_name(string name, string types) =>
        Assert.Equal(types, string.Join('|', ArgumentRecovery.ListTypes(name)!));

    [Theory]
    [InlineData("main")]
    [InlineData("f)")]
    [InlineData("")]
    public void Finds_no_list_where_there_is_none(string name) => Assert.Null(ArgumentRecovery.ListTypes(name));

    [Fact]
    public void Lists_no_more_than_a_call_has() =>
        Assert.Equal(64, ArgumentRecovery.ListTypes($"f({string.Join(',', Enumerable.Repeat("int", 100_000))})")!.Count);

    [Fact]
    public void Reads_the_words_above_the_return_address()
    {
        var state = Walks.Walk("breakpad/minidump2.dmp", "breakpad/symbols");
        var stack = state.Threads[0].Stack;
        var functions = stack.Frames.Select(frame => frame.Location.Function).ToList();

        // `anonymous namespace'::CrashFunction has no parentheses in these symbols, nor has main.
        Assert.All(functions, (_, i) => Assert.Empty(ArgumentRecovery.Find(state.Dump, stack, i)));
    }
}
