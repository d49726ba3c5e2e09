using System.Text;
using Socorro.Minidumps.Memory;
using Socorro.Minidumps.Streams;

namespace Socorro.Minidumps.Tests.Streams;

/// <summary>The texts of /proc and their like.</summary>
public sealed class LinuxTests
{
    const uint CpuInfo = 0x47670003;
    const uint Status = 0x47670004;
    const uint LsbRelease = 0x47670005;
    const uint CommandLine = 0x47670006;
    const uint Environment = 0x47670007;
    const uint Maps = 0x47670009;
    const uint DsoDebug = 0x4767000a;
    const uint ProcLimits = 0x4d7a0003;

    [Fact]
    public void Reads_processor_and_process_facts()
    {
        var dump = new SyntheticDump()
            .Stream(CpuInfo,
                Text("model name\t: Some CPU: fast\nmicrocode\t: 0x1e34a6789\n\nprocessor\t: 1\nmicrocode\t: 0x2\n"))
            .Stream(Status, Text("Name:\tcrasher\nPid:\t4711\nVmPeak:\t    5800 kB\n"))
            .Open();

        Assert.Equal(0x1e34a6789UL, dump.Microcode);
        Assert.Equal("Some CPU: fast", dump.LinuxCpuInfo.Find("Hardware", "model name"));
        Assert.Equal(4711u, dump.ProcessId);
        Assert.Equal(5800UL, dump.LinuxStatus.FindNumber("VmPeak"));
        Assert.Null(dump.LinuxStatus.FindNumber("Name"));
        Assert.Null(dump.LinuxStatus.FindNumber("Threads"));
        Assert.Equal("Some CPU: fast", dump.CpuModel);
    }

    [Theory]
    [InlineData("microcode : 0x2b000590", 0x2b000590L)]
    [InlineData("microcode : 2B", 0x2bL)]
    [InlineData("microcode : 12", 0x12L)]
    [InlineData("microcode : what", null)]
    [InlineData("microcode :", null)]
    public void Takes_the_version_of_the_microcode_for_hexadecimal(string line, long? version) =>
        Assert.Equal((ulong?)version, new SyntheticDump().Stream(CpuInfo, Text(line)).Open().Microcode);

    [Theory]
    [InlineData("", "/lib/found.so")]
    [InlineData("/lib/own.so", "/lib/own.so")]
    public void Names_a_module_without_a_name_as_the_loader_does(string own, string name)
    {
        var synthetic = new SyntheticDump().System(9, 0x8201);
        var map = synthetic.Add(synthetic.Layout().U64(0x10000).U32(synthetic.AddString("/lib/found.so")).U32(0).U64(0x10e00));
        var text = synthetic.AddString(own);
        var dump = synthetic.Stream(DsoDebug, synthetic.Layout().U32(1).U32(map).U32(1).U32(0).Zeros(24))
            .Stream(4, synthetic.Layout().U32(1).U64(0x10000).U32(0x1000).Zeros(8).U32(text).Zeros(84)).Open();

        Assert.Equal(name, Assert.Single(dump.Modules).Name);
    }

    [Theory]
    [InlineData("\nDISTRIB_ID=\"hello\"\n\"DISTRIB_RELEASE\"  =there\n"
        + "\"DISTRIB_CODENAME\" =   \"very long\"\nDISTRIB_DESCRIPTION= wow!\n")]
    [InlineData("ID='hello'\nVERSION_ID='there'\nVERSION_CODENAME=\"very long\"\nPRETTY_NAME=\" wow! \"")]
    [InlineData("ID=\"hello\"\n\"VERSION_ID\"  =there\n\"VERSION_CODENAME\" =   \"very long\"\nPRETTY_NAME= wow!")]
    public void Reads_the_distribution_from_either_file(string text) =>
        Assert.Equal(
            new LinuxRelease("hello", "there", "very long", "wow!"),
            new SyntheticDump().Stream(LsbRelease, Text(text)).Open().LinuxRelease);

    [Fact]
    public void Reads_limits()
    {
        const string text = """
            Limit                     Soft Limit           Hard Limit           Units
            Max cpu time              unlimited            unlimited            seconds
            Max stack size            8388608              unlimited            bytes
            Max nice priority         0                    0
            Max odd                   what                 1                    bytes
            """;

        Assert.Equal(
            [
                new("Max cpu time", new(null, true), new(null, true), "seconds"),
                new("Max stack size", new(8388608, false), new(null, true), "bytes"),
                new("Max nice priority", new(0, false), new(0, false), "n/a"),
                new("Max odd", default, new(1, false), "bytes"),
            ],
            new SyntheticDump().Stream(ProcLimits, Text(text)).Open().LinuxLimits);
    }

    [Fact]
    public void Splits_arguments_and_environment_at_their_ends()
    {
        var dump = new SyntheticDump()
            .Stream(CommandLine, Text("./app\0--flag\0")).Stream(Environment, Text("HOME=/root\0A=b")).Open();

        Assert.Equal(["./app", "--flag"], dump.LinuxCommandLine);
        Assert.Equal(["HOME=/root", "A=b"], dump.LinuxEnvironment);
    }

    [Fact]
    public void Reads_maps()
    {
        const string text = """
            55d0-55d2 r-xp 00001000 fd:05 1196511   /usr/lib64/with blank.so (deleted)
            7ffe0000-7ffe1000 rw-p 00000000 00:00 0    [stack]
            7fff0000-7fff1000 ---s 00000000 00:00 0
            nonsense
            """;
        var dump = new SyntheticDump().Stream(Maps, Text(text)).Open();

        Assert.Equal(
            [
                new(
                    0x55d0,
                    0x55d2,
                    Permissions.Read | Permissions.Execute,
                    true,
                    0x1000,
                    "fd:05",
                    1196511,
                    "/usr/lib64/with blank.so (deleted)"),
                new(0x7ffe0000, 0x7ffe1000, Permissions.Read | Permissions.Write, true, 0, "00:00", 0, "[stack]"),
                new(0x7fff0000, 0x7fff1000, Permissions.None, false, 0, "00:00", 0, ""),
            ],
            dump.LinuxMaps);
        Assert.Equal("has a line that is no mapping: nonsense", Assert.Single(dump.Problems).What);
    }

    [Fact]
    public void Reads_what_the_loader_lists_in_real_dumps()
    {
        foreach (var folder in new[] { "linux-amd64", "linux-x86" })
        {
            var dump = RealDumps.Open(folder, "null.dmp");
            if (dump.Streams.All(stream => (uint)stream.Type != DsoDebug))
                continue;

            Assert.Contains(dump.LinuxLinkMaps, map => map.Name.EndsWith("/libc.so.6", StringComparison.Ordinal));
            Assert.All(dump.LinuxLinkMaps, map => Assert.NotEqual(0UL, map.DynamicSection));
            Assert.Empty(dump.Problems);
        }
    }

    [Fact]
    public void Reads_a_text_only_up_to_its_limit()
    {
        var dump = new SyntheticDump().Stream(Status, Text("Pid:\t1\nTgid:\t2\n"))
            .Open(Limits.Default with { MaxText = 8 });

        Assert.Equal(["Pid"], dump.LinuxStatus.Values.Keys);
        Assert.Single(dump.Problems);
    }

    static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);
}
