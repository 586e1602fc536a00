"""本人信用记录查询: everything that the register holds about somebody, for that somebody."""
