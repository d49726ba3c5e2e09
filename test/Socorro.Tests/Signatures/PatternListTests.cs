using System.Text.RegularExpressions;
using Socorro.Signatures.Lists;

namespace Socorro.Tests.Signatures;

public sealed class PatternListTests
{
    const string Alphabet = "aaabbbccxyzABC.:_-@0123f<>()T{},|é \n\t";

    static readonly string[] Expressions =
    [
        "", "a", "ab$", "a.c", @"a\.c", "a*b", "a+b?", "(a|b)c", "(?:a|b|)c$", "[abc]+x", "[^abc]x", "[a-c-]x", "[]a]b", "[^]a]b",
        @"\w+::\w+", @"\d{2,}x", @"@0x[0-9a-f]{2,3}$", "a{2}", "a{2,}b", "a{,2}b", "{a}", "a{b", "(?i:aB)c", "(?i:[a-c])x",
        @"_*(a|b)?c", ".*b$", @"\s*a\S", @"\W\D", "a*?b", "(a*)*b", "(a|ab)(c|bcd)$", "é+", "[é-ü]a", "a$b", "a|b$|c.", "(a$|b)c?",
        @"[\w.]+x", @"[\d\-]+a", @"<T>::\(\)", "", "(?i:(a)B|c)d", "x(?:y(?:z)?)?$", @"a\tb", "a||b",
        // Read by the framework's engine.
        @"\bab", @"^ab", @"a\x62", @"[\x61-c]b", "(?i)ab", "a{70}", "(?<name>a)b",
    ];

    /// <summary>The framework's own engine is the reference, for each expression alone and for all together.</summary>
    [Fact]
    public void Matches_what_the_framework_matches()
    {
        var random = new Random(20_250_103);
        var regexes = Expressions.Select(expression => new Regex($@"\A(?:{expression})", RegexOptions.CultureInvariant)).ToArray();
        var lists = Expressions.Select(expression => new PatternList([expression])).ToArray();
        var all = new PatternList([.. Expressions.Where(expression => expression.Length > 1 && expression[0] is not ('.' or '_'))]);
        var allRegexes = all.Entries.Select(expression => regexes[Array.IndexOf(Expressions, expression)]).ToArray();
        for (var i = 0; i < 20_000; i++)
        {
            var text = RandomText(random);
            for (var k = 0; k < regexes.Length; k++)
            {
                var isMatch = regexes[k].IsMatch(text);
                Assert.True(isMatch == lists[k].Matches(text), $"'{Expressions[k]}' on '{text}': {isMatch}");
            }

            Assert.Equal(Array.Exists(allRegexes, regex => regex.IsMatch(text)), all.Matches(text));
        }
    }

    [Fact]
    public void The_lists_that_come_with_Socorro_need_no_other_engine() =>
        Assert.All(
            [.. SignatureLists.BuiltIn.Irrelevant.Entries, .. SignatureLists.BuiltIn.Prefix.Entries],
            entry => Assert.NotNull(PatternSyntax.Parse(entry)));

    [Fact]
    public async Task Threads_may_share_one_while_it_learns_and_forgets()
    {
        var list = new PatternList(["(a|b)*a(a|b){12}c", "x"]);
        var regex = new Regex(@"\A(?:(a|b)*a(a|b){12}c|x)", RegexOptions.NonBacktracking);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(seed => Task.Run(() =>
        {
            var random = new Random(seed);
            for (var i = 0; i < 400; i++)
            {
                var text = string.Concat(Enumerable.Range(0, 60).Select(_ => "abc"[random.Next(20) / 9]));
                Assert.Equal(regex.IsMatch(text), list.Matches(text));
            }
        })));
    }

    static string RandomText(Random random) => string.Concat(
        Enumerable.Range(0, random.Next(9)).Select(_ => Alphabet[random.Next(Alphabet.Length)]));
}
