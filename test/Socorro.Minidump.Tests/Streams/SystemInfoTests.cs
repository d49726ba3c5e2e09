using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Streams;

namespace Socorro.Minidumps.Tests.Streams;

public sealed class SystemInfoTests
{
    [Theory]
    [InlineData(2, OsKind.Windows, "Windows NT")]
    [InlineData(3, OsKind.Windows, "Windows NT")]
    [InlineData(0x8101, OsKind.MacOs, "Mac OS X")]
    [InlineData(0x8102, OsKind.Ios, "iOS")]
    [InlineData(0x8201, OsKind.Linux, "Linux")]
    [InlineData(0x8203, OsKind.Android, "Android")]
    [InlineData(0x8206, OsKind.Fuchsia, "Fuchsia")]
    [InlineData(0x7777, OsKind.Unknown, "0x00007777")]
    public void Names_the_operating_system(uint platform, OsKind os, string name)
    {
        var info = new SyntheticDump().System(9, platform).Open().SystemInfo;

        Assert.Equal((os, name), (info?.Os, info?.OsName));
    }

    [Theory]
    [InlineData(0x8201, "Linux 6.1.0-18 #1 SMP Debian 6.1.76-1 (2024) x86_64",
        "6.1.0-18 #1 SMP Debian 6.1.76-1 (2024)")]
    [InlineData(0x8201, "Linux 5.4.0 #1 SMP Tue x86_64 GNU/Linux", "5.4.0 #1 SMP Tue")]
    [InlineData(0x8201, "Linux 4.9.60 #1 SMP Mon Nov 6 16:00:12 UTC 2017", "4.9.60 #1 SMP Mon Nov 6 16:00:12 UTC 2017")]
    [InlineData(0x8203, "Linux 3.4.0 armv7l", "3.4.0")]
    [InlineData(0x8201, "Linux 6.1.0 #1 SMP loongarch64 Linux/GNU", "6.1.0 #1 SMP")]
    [InlineData(0x8203, "Linux 6.1.0 #1 SMP PREEMPT aarch64 Toybox", "6.1.0 #1 SMP PREEMPT")]
    [InlineData(0x8201, "Linux 6.1.0 #1 BuiltOnLinux", "6.1.0 #1 BuiltOnLinux")]
    [InlineData(0x8201, "Linux", "0.0.0 Linux")]
    [InlineData(0x8201, "", "0.0.0")]
    [InlineData(3, "Service Pack 2", "0.0.0 Service Pack 2")]
    public void Takes_the_version_from_uname_where_there_are_no_numbers(uint platform, string text, string version) =>
        Assert.Equal(version, new SyntheticDump().System(9, platform, text).Open().SystemInfo?.OsVersion);

    [Fact]
    public void Describes_an_x86_processor_with_its_vendor()
    {
        var info = Read(0, layout => layout.Raw("GenuineIntel"u8.ToArray()).U32(0x306a9).U32(0xbfebfbff).U32(0));

        Assert.Equal(CpuKind.X86, info.Cpu);
        Assert.Equal("GenuineIntel family 6 model 42 stepping 7", info.CpuDescription);
        Assert.Equal(0x306a9u, info.Identity.VersionInformation);
        Assert.Equal("family 6 model 42 stepping 7", Read(9, layout => layout.Zeros(24)).CpuDescription);
        Assert.Equal("family 6 model 42 stepping 7", Read(0, layout => layout.Zeros(24)).CpuDescription);
    }

    [Theory]
    [InlineData(0x410fc090u, 0x1086u, "ARMv6 ARM Cortex-A9 features: half,thumb,edsp,neon")]
    [InlineData(0x510f06f2u, 0u, "ARMv6 Qualcomm Krait")]
    [InlineData(0x990fc123u, 0u, "ARMv6 vendor(0x99) part(0x9900c120)")]
    [InlineData(0u, 0u, "ARMv6")]
    public void Describes_an_ARM_processor_by_its_id_and_capabilities(uint id, uint features, string description) =>
        Assert.Equal(description, Read(5, layout => layout.U32(id).U32(features).Zeros(16)).CpuDescription);

    [Theory]
    [InlineData(12)]
    [InlineData(0x8004)]
    public void Describes_no_other_processor(ushort architecture) =>
        Assert.Null(Read(architecture, layout => layout.Zeros(24)).CpuDescription);

    [Fact]
    public void Notes_a_processor_that_it_does_not_know()
    {
        var dump = new SyntheticDump().System(6, 3).Open();

        Assert.Equal(CpuKind.Unknown, dump.Cpu);
        Assert.Equal("has the unknown processor 6", Assert.Single(dump.Problems).What);
    }

    [Fact]
    public void Says_the_same_of_real_dumps_as_the_tools_of_the_field()
    {
        foreach (var (dump, expected) in PeerReports.ReadAll())
        {
            var info = dump.SystemInfo!;
            Assert.Equal(expected.GetProperty("os").GetString(), info.OsName);
            Assert.Equal(expected.GetProperty("os_ver").GetString(), info.OsVersion);
            Assert.Equal(expected.GetProperty("cpu_info").GetString(), info.CpuDescription);
            Assert.Equal(expected.GetProperty("modules").GetInt32(), dump.Modules.Count);
            Assert.Equal(expected.GetProperty("unloaded_modules").GetInt32(), dump.UnloadedModules.Count);
            Assert.Equal(expected.GetProperty("frame_counts").GetArrayLength(), dump.Threads.Count);
            Assert.All(
                expected.GetProperty("threads").EnumerateArray()
                    .Select(thread => thread.GetProperty("thread_id").GetUInt32()),
                id => Assert.Contains(dump.Threads, thread => thread.Id == id));
        }
    }

    static SystemInfo Read(ushort architecture, Func<Layout, Layout> identity)
    {
        var synthetic = new SyntheticDump();
        var layout = synthetic.Layout()
            .U16(architecture).U16(6).U16(0x2a07).U8(4).U8(1).U32(10).U32(0).U32(19045).U32(3).U32(0).U16(0x100).U16(0);
        return synthetic.Stream(7, identity(layout)).Open().SystemInfo!;
    }
}
