using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Reasons;

namespace Socorro.Minidumps.Tests;

public sealed class MinidumpTests
{
    // A read takes well under a millisecond; this leaves room for a busy machine.
    static readonly TimeSpan Hang = TimeSpan.FromSeconds(10);

    public static TheoryData<string> Dumps()
    {
        var root = SharedData.Find("dumps");
        var files = Directory.Exists(root) ? Directory.GetFiles(root, "*.dmp", SearchOption.AllDirectories) : [];
        return [.. files.Select(file => Path.GetRelativePath(root, file)).Order(StringComparer.Ordinal)];
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Dumps))]
    public void Opens_every_dump_that_real_clients_wrote(string name)
    {
        var bytes = File.ReadAllBytes(SharedData.Path("dumps", name));
        var opened = Minidump.TryOpen(bytes, Limits.Default, out var dump, out var refusal);

        Assert.True(opened, refusal?.Message);
        Assert.NotNull(dump);
        ReadAll(dump);
        if (name.Contains("invalid-r", StringComparison.Ordinal))
        {
            Assert.NotEmpty(dump.Problems);
            return;
        }

        Assert.NotEqual(CpuKind.Unknown, dump.Cpu);
        if (!name.Contains("linux_executable_stack", StringComparison.Ordinal)) // whose maps were cut by hand
            Assert.Empty(dump.Problems);
        Assert.All(dump.Threads, thread => Assert.NotNull(thread.Context));
    }

    [Fact]
    public void Gives_the_reason_of_each_real_crash_as_the_tools_of_the_field_do()
    {
        foreach (var (dump, report) in PeerReports.ReadAll())
        {
            var reason = CrashReason.Explain(dump);

            var expected = report.GetProperty("reason").GetString();
            if (dump.Exception?.Code == 0x43506e78) // which Crashpad defines, and the others do not know
                expected = "Uncaught NSException";

            Assert.Equal(expected, reason?.Text);
            Assert.Equal(Hex(report.GetProperty("address").GetString()), reason?.RawAddress);
        }
    }

    [Fact]
    public void Knows_the_facts_of_real_dumps()
    {
        using var facts = JsonDocument.Parse(
            File.ReadAllBytes(SharedData.Path("cases", "stackwalk", "facts", "processor-dumps.json")));
        foreach (var fact in facts.RootElement.GetProperty("cases").EnumerateArray())
        {
            var dump = RealDumps.Open("breakpad", fact.GetProperty("dump").GetString()!);

            AssertFact("os", dump.SystemInfo?.OsName);
            AssertFact("os_version", dump.SystemInfo?.OsVersion);
            AssertFact("cpu", CpuTraits.Find(dump.Cpu)?.Name);
            AssertFact("cpu_info", dump.SystemInfo?.CpuDescription);
            AssertFact("reason", CrashReason.Explain(dump)?.Text);
            AssertFact("address", $"0x{CrashReason.Explain(dump)?.Address:x}");
            AssertFact("crashed", dump.Exception is not null);
            AssertFact("threads", dump.Threads.Count(thread => thread.Id != dump.BreakpadInfo?.DumpThreadId));
            if (fact.TryGetProperty("reason_contains", out var part))
                Assert.Contains(part.GetString()!, CrashReason.Explain(dump)!.Text, StringComparison.Ordinal);

            void AssertFact(string name, object? actual)
            {
                if (fact.TryGetProperty(name, out var expected))
                    Assert.Equal(expected.ToString(), actual?.ToString());
            }
        }
    }

    [Theory]
    [InlineData("breakpad/minidump2.dmp")]
    [InlineData("breakpad/thread_name_list.dmp")]
    [InlineData("breakpad/minidump_crashpad_annotation.dmp")]
    [InlineData("breakpad/tiny-exe-with-cet-xsave.dmp")]
    [InlineData("breakpad/stack_exhaustion.dmp")]
    [InlineData("linux-amd64/threads.dmp")]
    [InlineData("linux-mipsel/lambda.dmp")]
    [InlineData("rust-minidump/pipeline-inlines-macos-segv.dmp")]
    public void Reads_what_is_left_of_a_dump_wherever_it_is_cut(string name)
    {
        var bytes = File.ReadAllBytes(SharedData.Path("dumps", name));
        for (var length = 0; length < bytes.Length; length += 4096)
            Survive(bytes.AsMemory(0, length), $"{name} cut after {length}");
    }

    [Theory]
    [InlineData("breakpad/minidump2.dmp")]
    [InlineData("breakpad/thread_name_list.dmp")]
    [InlineData("breakpad/minidump_crashpad_annotation.dmp")]
    [InlineData("breakpad/tiny-exe-with-cet-xsave-x86.dmp")]
    [InlineData("linux-amd64/null.dmp")]
    [InlineData("linux-arm64/lambda.dmp")]
    [InlineData("rust-minidump/simple-crashpad.dmp")]
    [InlineData("rust-minidump/linux-mini.dmp")]
    public void Reads_a_dump_whatever_bits_of_it_are_flipped(string name)
    {
        var bytes = File.ReadAllBytes(SharedData.Path("dumps", name));
        var flipped = new Stack<(int Place, byte Original)>();
        for (var seed = 0; seed < 1000; seed++)
        {
            var random = new Random(seed);
            for (var flips = 1 << random.Next(6); flips > 0; flips--)
            {
                var place = Place(random, bytes);
                flipped.Push((place, bytes[place]));
                bytes[place] ^= (byte)(1 << random.Next(8));
            }

            Survive(bytes, $"{name} with seed {seed}");
            while (flipped.TryPop(out var flip))
                bytes[flip.Place] = flip.Original;
        }
    }

    // Most of a dump is memory contents that nobody interprets; three of four flips hit the rest.
    static int Place(Random random, byte[] bytes)
    {
        var directory = BitConverter.ToUInt32(bytes, 12);
        var streams = BitConverter.ToUInt32(bytes, 8);
        if (random.Next(4) == 0 || directory >= (uint)bytes.Length)
            return random.Next(bytes.Length);

        var last = (uint)bytes.Length - 1;
        if (random.Next(3) == 0)
            return (int)Math.Min(last, directory + (uint)random.Next((int)Math.Min(streams, 50) * 12 + 1));

        var entry = directory + 12 * (uint)random.Next((int)Math.Clamp(streams, 1, 50));
        if (entry + 12 > bytes.Length)
            return random.Next(bytes.Length);
        var place = BitConverter.ToUInt32(bytes, (int)entry + 8) + (ulong)random.Next(200);
        return (int)Math.Min(last, place);
    }

    static void Survive(ReadOnlyMemory<byte> bytes, string what)
    {
        var start = Stopwatch.GetTimestamp();
        if (Minidump.TryOpen(bytes, Limits.Default, out var dump, out _))
            ReadAll(dump);
        Assert.True(Stopwatch.GetElapsedTime(start) < Hang, what);
    }

    // Touches everything that is read only when it is asked for.
    static void ReadAll(Minidump dump)
    {
        _ = CrashReason.Explain(dump);
        _ = StackOverflow.IsLikely(dump);
        _ = NestedRecord.ReadAll(dump);
        _ = dump.AddressSpace.Find(dump.Exception?.Address ?? 0);
        _ = dump.Modules.Select(module => (module.CodeId, module.DebugId, module.VersionText)).ToList();
        _ = dump.CrashpadInfo?.MergeAnnotations();
        _ = (dump.Memory, dump.MemoryInfo, dump.Handles, dump.FunctionTables, dump.Uptime, dump.Microcode,
            dump.ProcessId);
        _ = (dump.LinuxCommandLine, dump.LinuxEnvironment, dump.LinuxLinkMaps, dump.LinuxMaps,
            dump.SystemInfo?.OsVersion);
        _ = (dump.SystemInfo?.CpuDescription, dump.Header.Time, dump.Problems);
    }

    static ulong? Hex(string? text) =>
        text is null ? null : ulong.Parse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
