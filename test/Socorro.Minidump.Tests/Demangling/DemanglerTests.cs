using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using Socorro.Minidumps.Demangling;
using Socorro.Minidumps.Output;
using Socorro.Minidumps.Symbols;
using Socorro.Minidumps.Tests.Fuzzing;

namespace Socorro.Minidumps.Tests.Demangling;

public sealed class DemanglerTests
{
    const int LongestName = 32 << 10;

    static readonly (string Mangled, string Readable)[] Names = ReadNames();

    [Fact]
    public void Says_of_real_names_what_the_compilers_own_tool_says()
    {
        var different = Names.Where(name => Demangler.Demangle(name.Mangled) != name.Readable)
            .Select(name => $"{name.Mangled}\n  is {name.Readable}\n not {Demangler.Demangle(name.Mangled)}").ToList();

        Assert.True(Names.Length > 500);
        Assert.True(different is [], string.Join('\n', different));
    }

    // What the tool says nothing of, or writes askew: conversions, temporaries, empty packs, symbols of Macs.
    [Theory]
    [InlineData("_ZNK1AcvSt4pairIT_T0_EIicEEv", "A::operator std::pair<int, char><int, char>() const")]
    [InlineData("_ZGR1x_", "reference temporary #0 for x")]
    [InlineData("_Z1fIJEJiEEvDpT0_", "void f<int>(int)")]
    [InlineData("_Z1f1AIS_IJEEE", "f(A<A<> >)")]
    [InlineData("_Z1f1AI1BIiJEEE", "f(A<B<int> >)")]
    [InlineData("__ZN1A1fEv", "A::f()")]
    [InlineData("__RNvC3app4main", "app::main")]
    [InlineData("_RNvC3app4main.llvm.123", "app::main")]
    [InlineData("_RNvCu8_mnchen_3yaf4main", null)]
    [InlineData("_RNvCu10mnchen_3ya4main", "münchen::main")]
    [InlineData("_RIC3appKj7b_Kana_Kb1_Kc41_E", "app::<123, -10, true, 'A'>")]
    [InlineData("_RIC3appRL_eQL0_hPuOzFG_RL0_hEuE", null)]
    [InlineData("_RIC3appFG_RL0_hEuE", "app::<for<'a> fn(&'a u8)>")]
    [InlineData("_RIC3appDINtC1a5TraithEp4ItemeEL_E", "app::<dyn a::Trait<u8, Item = str>>")]
    [InlineData("_ZN3app4main17h0123456789abcdefE", "app::main")]
    [InlineData("_ZN71_$LT$app..A$u20$as$u20$core..fmt..Debug$GT$3fmt17h0123456789abcdefE", null)]
    [InlineData("_ZN43_$LT$app..A$u20$as$u20$core..fmt..Debug$GT$3fmt17h0123456789abcdefE", "<app::A as core::fmt::Debug>::fmt")]
    public void Reads_what_the_tool_does_not(string mangled, string? readable) => Assert.Equal(readable, Demangler.Demangle(mangled));

    [Theory]
    [InlineData("")]
    [InlineData("_")]
    [InlineData("_Z")]
    [InlineData("main")]
    [InlineData("_start")]
    [InlineData("_Zebra")]
    [InlineData("_RIPEMD160_Init")]
    [InlineData("_RNG_seed")]
    [InlineData("__Register")]
    [InlineData("App::run(int)")]
    [InlineData("?run@App@@QEAAXXZ")]
    [InlineData("_Z1fS_")]
    [InlineData("_Z1fT_")]
    [InlineData("_Z9999999999f")]
    [InlineData("_ZN1AE junk")]
    [InlineData("_RNvC3appB9_")]
    public void Leaves_alone_what_is_not_mangled(string name) => Assert.Null(Demangler.Demangle(name));

    [Fact]
    public void Gives_up_what_would_grow_without_end()
    {
        Assert.All(Bombs(), bomb =>
        {
            var name = Demangler.Demangle(bomb);
            Assert.True(name is null || name.Length <= LongestName, bomb[..Math.Min(bomb.Length, 60)]);
        });
    }

    [Fact]
    public void No_damage_to_a_name_breaks_its_reading() => Fuzz.Repeat(random =>
    {
        var name = Encoding.UTF8.GetBytes(Names[random.Next(Names.Length)].Mangled);
        var donor = Encoding.UTF8.GetBytes(Names[random.Next(Names.Length)].Mangled);
        var damaged = Cross(name, donor, random);

        Assert.InRange(Demangler.Demangle(damaged)?.Length ?? 0, 0, LongestName);
    });

    [Fact]
    public void Reports_name_functions_as_programmers_did()
    {
        Assert.True(Minidump.TryOpen(FuzzDump.Build(FuzzMachine.All[0]), Limits.Default, out var dump, out _));
        const string text = "MODULE Linux x86_64 0011223344556677889900AABBCCDDEE0 program\nPUBLIC 1000 0 _ZN3App3runEi\n"
            + "FUNC 1100 80 0 _RNvC3app4work\n";
        var symbols = new SymbolStore([]);
        symbols.Add(StackWalker.KeyOf(dump.Modules[0]), SymbolTable.Parse(Encoding.UTF8.GetBytes(text), out _)!);

        var state = StackWalker.Walk(dump, symbols, WalkOptions.Default);
        var report = JsonNode.Parse(JsonReport.ToUtf8(state, JsonOptions.Default).Span)!;
        using var forPeople = new StringWriter();
        HumanReport.Write(state, forPeople, HumanOptions.Default);

        Assert.Equal("App::run(int)", state.Threads[0].Top!.Value.Location.Function);
        Assert.Equal("App::run(int)", (string?)report["crashing_thread"]!["frames"]![0]!["function"]);
        Assert.Equal("app::work", (string?)report["threads"]![1]!["start_function"]);
        Assert.Contains(" 0  program!App::run(int) + 0x8\n", forPeople.ToString(), StringComparison.Ordinal);
    }

    // Each letter or reference doubles what the name stands for, or nests it, or is work that comes to nothing.
    static IEnumerable<string> Bombs()
    {
        yield return "_Z1f" + new string('P', 10_000) + "i";
        yield return "_Z1f" + string.Concat(Enumerable.Repeat("1AI", 3000)) + "i" + new string('E', 3000);
        yield return "_Z" + new string('N', 10_000);
        yield return "_Z1fI" + new string('J', 10_000);
        yield return "_RIC1aWh" + new string('O', 10_000);
        yield return "_RIC1aD" + string.Concat(Enumerable.Range(0, 3000).Select(i => i == 0 ? "C1b" : i == 1 ? "B7_" : "Ba_"));
        yield return "_Z1fIX" + string.Concat(Enumerable.Repeat("pl", 3000)) + "Li1E";
        yield return "_Z" + string.Concat(Enumerable.Repeat("Z", 5000)) + "1f";
        yield return "_Z1f1AIiiE" + string.Concat(Enumerable.Range(0, 60).Select(i => $"S_IS{Base36(i)}_S{Base36(i)}_E"));
        yield return "_Z1fIJEEv" + string.Concat(Enumerable.Repeat("DpT_", 2000));
        yield return "_Z1fIT_Evv";
        yield return "_Z1fIPT_EvRT_";
        yield return "_Z1fIT0_T_EvPT_";
        yield return "_Z1fIJDpT_DpT_EEvDpT_";
        yield return "_RINvC1a1f" + string.Concat(Enumerable.Range(0, 500).Select(i => i == 0 ? "Thh" + "E" : $"TB{Back(i)}B{Back(i)}E")) + "E";
        yield return "_RNvC1a" + new string('N', 5000);
        yield return "_RIC1aF" + "Gzzzzzzzzz_" + "EuE";
        yield return "_RIC1a" + new string('R', 5000) + "hE";
        yield return "_RIC1aB5_E";

        static string Base36(int number) => number == 0 ? "" : $"{(number > 36 ? "1" : "")}{"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[(number - 1) % 36]}";

        // Where the tuple before begins, counted in base 62 from 1: only the short ones are right, which are enough.
        static string Back(int index) => index < 6 ? $"{(char)('8' + index)}_" : "c_";
    }

    static byte[] Cross(byte[] name, byte[] donor, Random random)
    {
        var at = random.Next(name.Length);
        var from = random.Next(donor.Length);
        byte[] crossed = [.. name.AsSpan(0, at), .. donor.AsSpan(from, random.Next(donor.Length - from + 1)), .. name.AsSpan(at)];
        for (var wounds = random.Next(4); wounds > 0; wounds--)
            crossed[random.Next(crossed.Length)] = random.Next(3) == 0 ? (byte)random.Next(256) : donor[random.Next(donor.Length)];
        return crossed;
    }

    static (string Mangled, string Readable)[] ReadNames([CallerFilePath] string file = "") =>
    [
        .. File.ReadLines(Path.Combine(Path.GetDirectoryName(file)!, "names.txt")).Where(line => line[0] != '#')
            .Select(line => line.Split('\t')).Select(parts => (parts[0], parts[1])),
    ];
}
