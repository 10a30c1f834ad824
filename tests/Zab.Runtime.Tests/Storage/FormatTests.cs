using Xunit;
using Zab.Core;
using Zab.Storage;
using Zab.Testing;

namespace Zab.Tests.Storage;

/// <summary>The bytes on disk never change. Computed by a program that shares nothing with this one, from docs/FORMAT.md.</summary>
public class FormatTests
{
    private static readonly Incarnation Incarnation = new(0x1122334455667788);
    private static readonly HistoryPoint Base = new(new Zxid(1, 4), 0xABCDEF);

    [Fact]
    public void The_bytes_of_a_segment_and_its_index_never_change()
    {
        var disk = new SimulatedDisk(1);
        var directory = new DataDirectory(StoreRun.Directory);
        SegmentWriter writer = SegmentWriter.Create(disk, directory, 7, Incarnation, Base, StoreRun.Options() with { PreallocateBytes = 16 }, hardStateGeneration: 3);
        writer.Add(Entry.After(Base, new Zxid(1, 5), 99, EntryType.Request, "hello"u8.ToArray()));
        writer.Finish();

        string log = Convert.ToHexString(disk.Content("000007.log").AsSpan(0, 192));
        Assert.Equal(
            "5A61624C6F670A00010000000C404336494F7A7200000000070000000000000088776655443322110400000001000000EFCDAB00000000005000000000000000"
                + "494F7A7289F51ADF380000004000000002000000000000000700000000000000400000000000000004000000010000000300000000000000"
                + "494F7A72B77BBC4A4800000078000000010000000000000005000000010000000400000001000000A27A229D6CF9FF7F6300000000000000050000000100000068656C6C6F000000",
            log);
        Assert.Equal("05000000010000007800000048000000B77BBC4A4131968E", Convert.ToHexString(disk.Content("000007.index")));
    }

    [Fact]
    public void The_bytes_of_hard_state_and_manifest_never_change()
    {
        var disk = new SimulatedDisk(1);
        var state = new StoredState
        {
            HardState = new HardState { ClusterId = new ClusterId(0xC1), ServerId = new ServerId(1), Incarnation = Incarnation, AcceptedEpoch = 6, CurrentEpoch = 5, Founded = true, RepairFloor = new RepairFloor(5, new Zxid(5, 9)) },
            Watermark = new LogPosition(7, 200, new Zxid(1, 5)),
            ManifestGeneration = 12,
            Damage = "ab",
        };
        TwoCopies.Create(disk, "/data/state", StoredState.Magic, StoredState.FormatVersion).Write(4, state.Encode());
        var manifest = new Manifest { NextNumber = 8, HardStateGeneration = 3, Snapshots = [new ManifestSnapshot(5, Base)], Segments = [new ManifestSegment(7, 64, Base, 0, Base)] };
        TwoCopies.Create(disk, "/data/manifest", Manifest.Magic, Manifest.FormatVersion).Write(2, manifest.Encode());

        foreach ((string copy, string stateEnd, string manifestEnd) in ((string, string, string)[])[("0", "33CB11B400000000", "CEDF8A4600000000"), ("1", "600504B301000000", "03BEB4D001000000")])
        {
            Assert.Equal(
                "025A61625361740A01000000540000000400000000000000" + stateEnd
                    + "C100000000000000010000008877665544332211060000000500000001010500000009000000050000000700000000000000C80000000000000005000000010000000C00000000000000FFFFFFFF020000006162",
                Convert.ToHexString(disk.Content("state." + copy)));
            Assert.Equal(
                "015A61624D616E0A01000000680000000200000000000000" + manifestEnd
                    + "08000000000000000300000000000000" + "0100000005000000000000000400000001000000EFCDAB0000000000"
                    + "01000000070000000000000040000000000000000400000001000000EFCDAB000000000000000000000000000400000001000000EFCDAB0000000000",
                Convert.ToHexString(disk.Content("manifest." + copy)));
        }
    }

    [Fact]
    public void The_bytes_of_a_snapshot_never_change()
    {
        var disk = new SimulatedDisk(1);
        SnapshotFile.WriteHeader(disk.Create("/data/1.snapshot"), new SnapshotInfo(Base, new Ensemble(Zxid.None, [StoreRun.Voter(1)]), 99, 3, SnapshotChecksum.Of("abc"u8)));
        byte[] header = disk.Content("1.snapshot");
        Assert.Equal(1024, header.Length);
        Assert.Equal(
            "5A6162536E61700A01000000D4FE26B40400000001000000EFCDAB000000000063000000000000000300000000000000990977ADF52CBC4419000000"
                + "00000000000000000100000001000000010000000000000000",
            Convert.ToHexString(header.AsSpan(0, 85)));
        Assert.False(header.AsSpan(85).ContainsAnyExcept((byte)0));
    }
}
