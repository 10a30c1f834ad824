namespace Zab.Tests.Linearizability;

/// <summary>Histories that an object which is right can have.</summary>
internal static class LegalStories
{
    internal static Story[] All { get; } =
    [
        new("a read sees the write that ended before it", "register", """
            1  write(5)   0  1   ok
            2  read()     2  3   5
            """),
        new("a read that overlaps a write may see the value before it", "register", """
            1  write(5)   0  5   ok
            2  read()     1  2   0
            3  read()     6  7   5
            """),
        new("a read that overlaps a write may see it before its client has the answer", "register", """
            1  write(5)   0  9   ok
            2  read()     1  2   5
            3  read()     3  4   5
            """),
        new("two writes that overlap come in the order that the reads after them show", "register", """
            1  write(1)   0  5   ok
            2  write(2)   1  4   ok
            3  read()     6  7   1
            """),
        new("a read between two writes that overlap it on both sides sees one, the next read the other", "register", """
            1  write(1)   0  9   ok
            2  write(2)   0  9   ok
            3  read()     1  3   2
            3  read()     4  8   1
            """),
        new("a write with an unknown outcome takes effect long after its client gave up", "register", """
            1  write(7)   0  ?   ?
            2  write(1)   1  2   ok
            2  read()     3  4   1
            3  write(2)   5  6   ok
            2  read()     7  8   7
            """),
        new("a write with an unknown outcome never takes effect", "register", """
            1  write(7)   0  ?   ?
            2  read()     1  2   0
            2  write(1)   3  4   ok
            2  read()     5  6   1
            """),
        new("a write that was never executed is never seen", "register", """
            1  write(7)   0  4   failed
            2  read()     1  2   0
            2  read()     5  6   0
            """),
        new("a value comes back, for two writes of it have an unknown outcome", "register", """
            1  write(1)   0  ?   ?
            2  write(1)   0  ?   ?
            3  read()     1  2   1
            3  write(2)   3  4   ok
            3  read()     5  6   2
            3  read()     7  8   1
            """),
        new("a write of the value that is there already shows once that was overwritten", "register", """
            1  write(0)   0  9   ok
            2  write(5)   1  2   ok
            3  read()     3  4   5
            3  read()     5  6   0
            """),
        new("a return and an invocation at the same place are concurrent, so the read may be old", "register", """
            1  write(5)   0  3   ok
            2  read()     3  4   0
            """),
        new("of two that compare and set the same value one fails", "register", """
            1  cas(0,1)   0  5   false
            2  cas(0,2)   1  6   true
            3  read()     7  8   2
            """),
        new("compare and set fails, for another write came between", "register", """
            1  write(3)   0  9   ok
            2  cas(0,1)   1  2   false
            3  cas(3,4)   3  4   true
            """),
        new("compare and set with an unknown outcome succeeded, as the next one shows", "register", """
            1  cas(0,1)   0  ?   ?
            2  cas(1,2)   1  2   true
            3  read()     3  4   2
            """),
        new("additions that overlap return their sums in either order", "counter", """
            1  add(1)     0  9   5
            2  add(1)     1  8   1
            3  add(3)     2  7   4
            """),
        new("an addition with an unknown outcome counts once, between two reads", "counter", """
            1  add(2)     0  ?   ?
            2  get()      1  2   0
            2  get()      3  4   2
            2  get()      5  6   2
            """),
        new("a read of an unknown outcome says nothing", "counter", """
            1  bump(4)    0  1   ok
            2  get()      2  ?   ?
            3  get()      3  4   4
            """),
        new("elements that are enqueued at the same time leave in either order", "queue", """
            1  enqueue(1) 0  4   ok
            2  enqueue(2) 1  3   ok
            3  dequeue()  5  6   2
            3  dequeue()  7  8   1
            """),
        new("the queue is empty for one that overlaps the enqueue", "queue", """
            1  enqueue(1) 0  5   ok
            2  dequeue()  1  6   empty
            3  dequeue()  7  8   1
            """),
        new("an element is gone, for a dequeue with an unknown outcome took it", "queue", """
            1  enqueue(1) 0  1   ok
            1  enqueue(2) 2  3   ok
            2  dequeue()  4  ?   ?
            3  dequeue()  5  6   2
            3  dequeue()  7  8   empty
            """),
        new("of two that insert the same element one finds it there", "set", """
            1  insert(a)  0  3   false
            2  insert(a)  1  4   true
            3  contains(a) 5 6   true
            """),
        new("an insert and a remove that overlap may both succeed, and leave nothing", "set", """
            1  insert(a)  0  9   true
            2  remove(a)  1  8   true
            3  contains(a) 10 11 false
            """),
        new("two keys that are written at the same time appear one after the other", "keys", """
            1  put(a,1)   0  9   ok
            2  put(b,1)   0  9   ok
            3  get(a)     1  2   1
            3  get(b)     3  4   none
            4  get(b)     3  7   1
            """),
        new("a delete with an unknown outcome comes after two puts", "keys", """
            1  delete(a)  0  ?   ?
            2  put(a,1)   1  2   ok
            2  get(a)     3  4   1
            2  put(a,2)   5  6   ok
            2  get(a)     7  8   none
            """),
    ];
}
